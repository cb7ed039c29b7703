-- grain: one row per record of the part that carries the settlement id
SELECT
    source_file,
    source_row,
    accepted,
    diagnoses,
    procedures
FROM checked
WHERE settlement_id = $settlement_id
ORDER BY source_row
