-- grain: one row per record of the part with that settlement id: its codes, and its values under their names in rules
SELECT
    checked.source_file,
    checked.source_row,
    checked.accepted,
    parsed.diagnoses,
    parsed.procedures,
    checked.age_years AS NL,
    TRY_CAST(checked.sex AS INTEGER) AS XB,
    checked.age_days AS XSRTL,
    COALESCE(checked.birth_weight_g, checked.admission_weight_g) AS XSRTZ,
    checked.los_days AS ZYTS,
    TRY_CAST(checked.discharge_mode AS INTEGER) AS LYFS,
    TRY_CAST(checked.department AS BIGINT) AS KS,
    checked.ventilator_hours AS HXJ,
    checked.icu_hours AS ZZJH
FROM checked
INNER JOIN parsed ON parsed.source_row = checked.source_row
WHERE checked.settlement_id = $settlement_id
ORDER BY checked.source_row
