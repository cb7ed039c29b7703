-- grain: one row per status of the cases
SELECT
    status,
    COUNT(*) AS cases
FROM cases
GROUP BY status
ORDER BY status
