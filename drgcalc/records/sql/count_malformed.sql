-- grain: one row
SELECT count(*) AS codes
FROM code_book
WHERE NOT well_formed
