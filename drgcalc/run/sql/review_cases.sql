-- grain: one row per case that is to be looked at, or was decided in special review
SELECT
    s.pool,
    s.review,
    s.hospital_id,
    s.settlement_id,
    s.discharged_on,
    s.group_code,
    s.total_fee,
    s.reference_fee,
    s.base_points,
    s.segment,
    s.case_points,
    d.amount,
    d.notice
FROM settled AS s
LEFT JOIN decided_cases AS d -- absent: nothing was decided about it
    ON s.settlement_id = d.settlement_id
WHERE s.review IS NOT NULL
ORDER BY s.pool, s.review, s.hospital_id, s.settlement_id, s.source_file, s.source_row;
