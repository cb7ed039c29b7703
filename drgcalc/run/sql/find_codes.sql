-- grain: one row per record of the part with that settlement id: its codes as they are written
SELECT diagnoses, procedures
FROM parsed
WHERE settlement_id = $settlement_id
ORDER BY source_row
