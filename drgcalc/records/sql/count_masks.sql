-- grain: one mask of problems of the part
SELECT problems, count(*) AS records
FROM checked_rows
GROUP BY problems
ORDER BY problems
