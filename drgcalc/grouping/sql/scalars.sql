-- grain: one row per record of the part: the values that rules can name
CREATE OR REPLACE TEMP VIEW scalars AS
SELECT
    source_row,
    accepted,
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
