-- grain: one row per record of the part with that settlement id: its codes, and its values under their names in rules
SELECT
    source_file,
    source_row,
    accepted,
    diagnoses,
    procedures,
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
WHERE settlement_id = $settlement_id
ORDER BY source_row
