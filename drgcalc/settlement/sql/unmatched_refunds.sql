-- grain: one row per pool with refund lines that reverse no line of the period
SELECT
    pool,
    COUNT(*) AS lines,
    CAST(SUM(fee_before) AS DECIMAL(18, 2)) AS total_fee
FROM refund_terms
WHERE NOT is_matched
GROUP BY pool
ORDER BY pool;
