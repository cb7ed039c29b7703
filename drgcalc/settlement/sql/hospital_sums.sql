-- grain: one row per pool, hospital and whether the policy gives the records points
SELECT
    s.pool,
    s.hospital_id,
    COALESCE(g.carries_points, FALSE) AS carries_points,
    COUNT(*) AS records,
    CAST(SUM(CASE WHEN NOT s.is_refund THEN 1 WHEN r.fee_after = 0 THEN -1 ELSE 0 END) AS BIGINT) AS stays,
    CAST(COALESCE(SUM(s.case_points), 0) AS DECIMAL(18, 4)) AS points,
    CAST(SUM(s.total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(s.fund_booked) AS DECIMAL(18, 2)) AS fund_booked,
    CAST(SUM(s.patient_paid) AS DECIMAL(18, 2)) AS patient_paid
FROM settled AS s
LEFT JOIN segments AS g -- absent: never; that every record has a segment is proved
    ON s.segment = g.name
LEFT JOIN refund_terms AS r -- absent: no refund line
    ON s.is_refund AND s.source_file = r.source_file AND s.source_row = r.source_row
GROUP BY s.pool, s.hospital_id, COALESCE(g.carries_points, FALSE)
ORDER BY s.pool, s.hospital_id, carries_points DESC;
