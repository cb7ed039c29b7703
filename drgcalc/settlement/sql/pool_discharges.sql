-- grain: one row per pool: its stays, those that were reversed aside
SELECT c.pool, COUNT(*) AS stays
FROM cases AS c
ANTI JOIN refund_terms AS r
    ON r.is_matched AND r.fee_after = 0 AND c.source_file = r.term_file AND c.source_row = r.term_row
WHERE NOT c.is_refund
GROUP BY c.pool
ORDER BY c.pool;
