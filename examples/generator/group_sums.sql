-- grain: one row per group of the part, with its cases and their cost
SELECT g.group_code, COUNT(*) AS cases, CAST(SUM(c.total_fee) AS DECIMAL(18, 2)) AS total_fee
FROM grouped AS g
JOIN checked AS c
    ON g.source_row = c.source_row
WHERE g.status = 'grouped'
GROUP BY g.group_code
ORDER BY g.group_code;
