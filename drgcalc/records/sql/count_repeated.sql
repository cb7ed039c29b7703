-- grain: one row
SELECT count(*) AS hashes
FROM records_repeated_hashes
