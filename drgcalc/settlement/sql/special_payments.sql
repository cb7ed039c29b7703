-- grain: one row per pool and hospital with cases approved by item that were not reversed
SELECT
    s.pool,
    s.hospital_id,
    COUNT(*) AS cases,
    CAST(SUM(d.amount) AS DECIMAL(18, 2)) AS amount
FROM settled AS s
JOIN special_cases AS d
    ON s.settlement_id = d.settlement_id
ANTI JOIN refund_terms AS r
    ON r.is_matched AND r.fee_after = 0 AND s.source_file = r.term_file AND s.source_row = r.term_row
WHERE s.segment = 'special_item' AND NOT s.is_refund
GROUP BY s.pool, s.hospital_id
ORDER BY s.pool, s.hospital_id;
