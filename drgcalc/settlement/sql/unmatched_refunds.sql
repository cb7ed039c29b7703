-- grain: one row per pool with refund lines that reverse no line of their stay; a stay is hospital, person and discharge
WITH reversed AS (
    SELECT pool, hospital_id, person_key, discharged_on, ABS(total_fee) AS fee, COUNT(*) AS lines
    FROM settled
    WHERE is_refund
    GROUP BY pool, hospital_id, person_key, discharged_on, ABS(total_fee)
),
settled_lines AS (
    SELECT r.pool, r.hospital_id, r.person_key, r.discharged_on, r.fee, r.lines, COUNT(s.settlement_id) AS lines_reversed
    FROM reversed AS r
    LEFT JOIN settled AS s -- absent: the reversed line lies in another period, or nowhere
        ON NOT s.is_refund
        AND r.pool = s.pool
        AND r.hospital_id = s.hospital_id
        AND r.person_key = s.person_key
        AND r.discharged_on = s.discharged_on
        AND r.fee = s.total_fee
    GROUP BY r.pool, r.hospital_id, r.person_key, r.discharged_on, r.fee, r.lines
)
SELECT
    pool,
    CAST(SUM(lines - lines_reversed) AS BIGINT) AS lines,
    CAST(SUM((lines - lines_reversed) * fee) AS DECIMAL(18, 2)) AS total_fee
FROM settled_lines
WHERE lines > lines_reversed
GROUP BY pool
ORDER BY pool;
