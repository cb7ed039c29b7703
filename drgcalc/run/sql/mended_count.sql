-- grain: one row: how many records can be mended
SELECT COUNT(*) AS records
FROM mended;
