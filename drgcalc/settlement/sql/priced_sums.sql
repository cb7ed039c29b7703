-- grain: one row per pool of the settled cases
SELECT
    pool,
    CAST(COALESCE(SUM(case_points), 0) AS DECIMAL(18, 4)) AS points,
    COUNT(*) FILTER (case_points IS NULL OR segment IS NULL) AS without_points
FROM settled
GROUP BY pool
ORDER BY pool;
