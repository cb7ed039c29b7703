-- grain: one row per case that special review has decided, with its pool
SELECT c.settlement_id, ANY_VALUE(c.pool) AS pool
FROM cases AS c
SEMI JOIN decided_cases AS d
    ON c.settlement_id = d.settlement_id
WHERE NOT c.is_refund
GROUP BY c.settlement_id
ORDER BY c.settlement_id;
