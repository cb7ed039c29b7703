-- grain: one mask of problems of rejected or dropped records
SELECT DISTINCT problems
FROM records_rejected
ORDER BY problems
