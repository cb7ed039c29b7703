-- grain: one row per grouped stay of the history, net of refunds: its cost and booked fund amount in fen
-- The lines of a stay that has a refund line (same hospital, person, pool, discharge and group) are netted; a stay of
-- which nothing is left is none. All other lines are stays of their own.
CREATE OR REPLACE TEMP TABLE stays AS
WITH lines AS (
    SELECT
        hospital_id,
        COALESCE(hospital_level, '') AS hospital_level,
        pool,
        person_key,
        discharged_on,
        group_code,
        decided_on,
        is_refund,
        CAST(total_fee * 100 AS BIGINT) AS fee,
        CAST(fund_booked * 100 AS BIGINT) AS fund
    FROM cases
    WHERE status = 'grouped'
),
refunded AS (
    SELECT DISTINCT hospital_id, person_key, pool, discharged_on, group_code
    FROM lines
    WHERE is_refund
)
SELECT l.hospital_id, l.hospital_level, l.pool, l.group_code, CAST(YEAR(l.decided_on) AS INTEGER) AS year, l.fee, l.fund
FROM lines AS l
ANTI JOIN refunded AS r
    ON l.hospital_id = r.hospital_id
    AND l.person_key = r.person_key
    AND l.pool = r.pool
    AND l.discharged_on = r.discharged_on
    AND l.group_code = r.group_code
UNION ALL
SELECT
    l.hospital_id,
    MIN(l.hospital_level) AS hospital_level,
    l.pool,
    l.group_code,
    CAST(YEAR(MIN(l.decided_on)) AS INTEGER) AS year,
    CAST(SUM(l.fee) AS BIGINT) AS fee,
    CAST(SUM(l.fund) AS BIGINT) AS fund
FROM lines AS l
SEMI JOIN refunded AS r
    ON l.hospital_id = r.hospital_id
    AND l.person_key = r.person_key
    AND l.pool = r.pool
    AND l.discharged_on = r.discharged_on
    AND l.group_code = r.group_code
GROUP BY l.hospital_id, l.pool, l.person_key, l.discharged_on, l.group_code
HAVING SUM(l.fee) > 0;
