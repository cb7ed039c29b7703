-- grain: one row per refund line: the line whose terms it follows, and the cost of the stay before and after it
-- A refund line reverses the line with its own settlement id; else, in the same stay (hospital, person and discharge),
-- a line of its amount, the first the first; else it takes a part of the stay's last line that is not reversed. What
-- reverses nothing follows its own terms: its amount is the cost before it, and nothing is left.
CREATE OR REPLACE TEMP TABLE refund_terms AS
WITH refunds AS (
    SELECT
        {'file': source_file, 'row': source_row} AS line,
        source_file,
        source_row,
        settlement_id,
        pool,
        hospital_id,
        person_key,
        discharged_on,
        decided_on,
        ABS(total_fee) AS fee
    FROM cases
    WHERE is_refund
),
originals AS (
    SELECT
        {'file': c.source_file, 'row': c.source_row} AS line,
        c.settlement_id,
        c.pool,
        c.hospital_id,
        c.person_key,
        c.discharged_on,
        c.decided_on,
        c.total_fee AS fee
    FROM cases AS c
    SEMI JOIN refunds AS r
        ON c.pool = r.pool AND c.hospital_id = r.hospital_id AND c.person_key = r.person_key
    WHERE NOT c.is_refund
),
by_id AS (
    SELECT r.line, o.line AS original, r.decided_on, r.fee
    FROM refunds AS r
    JOIN originals AS o
        ON r.settlement_id = o.settlement_id
        AND r.pool = o.pool
        AND r.hospital_id = o.hospital_id
        AND r.person_key = o.person_key
),
by_amount AS (
    SELECT r.line, o.line AS original, r.decided_on, r.fee
    FROM (
        SELECT
            line,
            pool,
            hospital_id,
            person_key,
            discharged_on,
            decided_on,
            fee,
            ROW_NUMBER() OVER (PARTITION BY pool, hospital_id, person_key, discharged_on, fee ORDER BY line) AS place
        FROM refunds
        WHERE line NOT IN (SELECT line FROM by_id)
    ) AS r
    JOIN (
        SELECT
            line,
            pool,
            hospital_id,
            person_key,
            discharged_on,
            fee,
            ROW_NUMBER() OVER (PARTITION BY pool, hospital_id, person_key, discharged_on, fee ORDER BY line) AS place
        FROM originals
        WHERE line NOT IN (SELECT original FROM by_id)
    ) AS o
        ON r.pool = o.pool
        AND r.hospital_id = o.hospital_id
        AND r.person_key = o.person_key
        AND r.discharged_on = o.discharged_on
        AND r.fee = o.fee
        AND r.place = o.place
),
whole AS (
    SELECT line, original, decided_on, fee FROM by_id
    UNION ALL
    SELECT line, original, decided_on, fee FROM by_amount
),
partial AS (
    SELECT r.line, o.line AS original, r.decided_on, r.fee
    FROM refunds AS r
    JOIN (
        SELECT
            o.line,
            o.pool,
            o.hospital_id,
            o.person_key,
            o.discharged_on,
            ROW_NUMBER() OVER (
                PARTITION BY o.pool, o.hospital_id, o.person_key, o.discharged_on ORDER BY o.decided_on DESC, o.line DESC
            ) AS place
        FROM originals AS o
        LEFT JOIN (SELECT original, SUM(fee) AS fee FROM whole GROUP BY original) AS w -- absent: nothing is taken yet
            ON o.line = w.original
        WHERE o.fee > COALESCE(w.fee, 0)
    ) AS o
        ON r.pool = o.pool
        AND r.hospital_id = o.hospital_id
        AND r.person_key = o.person_key
        AND r.discharged_on = o.discharged_on
        AND o.place = 1
    WHERE r.line NOT IN (SELECT line FROM whole)
),
running AS (
    SELECT
        m.line,
        m.original,
        o.fee - SUM(m.fee) OVER (PARTITION BY m.original ORDER BY m.decided_on, m.line) AS fee_after
    FROM (
        SELECT line, original, decided_on, fee FROM whole
        UNION ALL
        SELECT line, original, decided_on, fee FROM partial
    ) AS m
    JOIN originals AS o
        ON m.original = o.line
)
SELECT
    r.source_file,
    r.source_row,
    r.pool,
    m.line IS NOT NULL AS is_matched,
    CASE WHEN m.line IS NOT NULL THEN m.original.file ELSE r.source_file END AS term_file,
    CASE WHEN m.line IS NOT NULL THEN m.original.row ELSE r.source_row END AS term_row,
    CAST(COALESCE(m.fee_after, 0) + r.fee AS DECIMAL(18, 2)) AS fee_before,
    CAST(COALESCE(m.fee_after, 0) AS DECIMAL(18, 2)) AS fee_after
FROM refunds AS r
LEFT JOIN running AS m -- absent: it reverses nothing of the period, or more than there is
    ON r.line = m.line AND m.fee_after >= 0;
