-- grain: one row
SELECT count(*) AS codes
FROM code_book
WHERE code IS NULL OR NOT well_formed
