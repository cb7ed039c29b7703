-- grain: one row per record of the part with that settlement id: its codes, and its values under their names in rules
SELECT
    checked.source_file,
    checked.source_row,
    checked.accepted,
    parsed.diagnoses,
    parsed.procedures,
    scalars.NL,
    scalars.XB,
    scalars.XSRTL,
    scalars.XSRTZ,
    scalars.ZYTS,
    scalars.LYFS,
    scalars.KS,
    scalars.HXJ,
    scalars.ZZJH
FROM checked
INNER JOIN parsed ON parsed.source_row = checked.source_row
INNER JOIN scalars ON scalars.source_row = checked.source_row
WHERE checked.settlement_id = $settlement_id
ORDER BY checked.source_row
