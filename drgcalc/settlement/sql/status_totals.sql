-- grain: one row per pool, status and segment with accepted records
SELECT
    s.pool,
    s.status,
    s.segment,
    COALESCE(g.flag, '') AS flag,
    COALESCE(g.carries_points, FALSE) AS carries_points,
    COUNT(*) AS records,
    CAST(SUM(s.total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(s.fund_booked) AS DECIMAL(18, 2)) AS fund_booked,
    CAST(SUM(s.patient_paid) AS DECIMAL(18, 2)) AS patient_paid
FROM settled AS s
LEFT JOIN segments AS g -- absent: never; that every record has a segment is proved
    ON s.segment = g.name
GROUP BY s.pool, s.status, s.segment, g.flag, g.carries_points
ORDER BY s.pool, s.status, s.segment;
