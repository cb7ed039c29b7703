-- grain: one row
SELECT COUNT(DISTINCT group_code) AS groups
FROM cases
WHERE status = 'grouped'
