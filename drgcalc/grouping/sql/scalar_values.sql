-- grain: one row per accepted record of the part, with the scalars that rules can name
CREATE OR REPLACE TEMP VIEW scalar_values AS
SELECT
    source_row,
    diagnoses[1] AS principal_raw,
    procedures[1] AS main_raw,
    age_years AS NL,
    TRY_CAST(sex AS INTEGER) AS XB,
    age_days AS XSRTL,
    COALESCE(birth_weight_g, admission_weight_g) AS XSRTZ,
    los_days AS ZYTS,
    TRY_CAST(discharge_mode AS INTEGER) AS LYFS,
    TRY_CAST(department AS BIGINT) AS KS,
    ventilator_hours AS HXJ,
    icu_hours AS ZZJH
FROM checked
WHERE accepted
