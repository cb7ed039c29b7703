-- grain: one row per pool of the cases
SELECT
    pool,
    SUM(case_points) AS points
FROM settled
GROUP BY pool
ORDER BY pool
