-- grain: one row per pool, status and outlier segment with accepted records
SELECT
    s.pool,
    s.status,
    s.segment,
    ANY_VALUE(g.flag) AS flag,
    COUNT(*) AS cases,
    CAST(SUM(s.case_points) AS DECIMAL(18, 4)) AS points,
    CAST(SUM(s.total_fee) AS DECIMAL(18, 2)) AS total_fee
FROM settled AS s
JOIN segments AS g
    ON s.status = g.status AND s.segment = g.name
GROUP BY s.pool, s.status, s.segment
ORDER BY s.pool, s.status, s.segment;
