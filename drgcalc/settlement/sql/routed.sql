-- grain: one row per case that a method beside points pays
-- Every combination of what rules ask about is looked up once: the first rule in order that fits names the method.
CREATE OR REPLACE TEMP TABLE routed AS
WITH keyed AS (
    SELECT
        source_file,
        source_row,
        pool,
        hospital_id,
        COALESCE(hospital_level, '') AS level,
        COALESCE(group_code, '') AS group_code,
        COALESCE(inpatient_type, '') AS inpatient_type,
        COALESCE(payment_method, '') AS payment_method
    FROM all_cases
),
kinds AS (
    SELECT pool, hospital_id, level, group_code, inpatient_type, payment_method
    FROM keyed
    GROUP BY pool, hospital_id, level, group_code, inpatient_type, payment_method
),
answered AS (
    SELECT
        k.pool,
        k.hospital_id,
        k.level,
        k.group_code,
        k.inpatient_type,
        k.payment_method,
        COALESCE(ARG_MIN(r.method, r.seq), $unrouted) AS method
    FROM kinds AS k
    LEFT JOIN routes AS r -- absent: no rule fits, so the policy's `unrouted` says what becomes of it
        ON (r.pools IS NULL OR LIST_CONTAINS(r.pools, k.pool))
        AND (r.hospitals IS NULL OR LIST_CONTAINS(r.hospitals, k.hospital_id))
        AND (r.levels IS NULL OR LIST_CONTAINS(r.levels, k.level))
        AND (r.inpatient_types IS NULL OR LIST_CONTAINS(r.inpatient_types, k.inpatient_type))
        AND (r.payment_methods IS NULL OR LIST_CONTAINS(r.payment_methods, k.payment_method))
        AND (
            r.groups IS NULL
            OR LEN(
                LIST_FILTER(
                    r.groups,
                    lambda g: CASE WHEN g LIKE '%*' THEN STARTS_WITH(k.group_code, RTRIM(g, '*')) ELSE k.group_code = g END
                )
            ) > 0
        )
    GROUP BY k.pool, k.hospital_id, k.level, k.group_code, k.inpatient_type, k.payment_method
)
SELECT c.source_file, c.source_row, a.method
FROM keyed AS c
JOIN answered AS a
    ON c.pool = a.pool
    AND c.hospital_id = a.hospital_id
    AND c.level = a.level
    AND c.group_code = a.group_code
    AND c.inpatient_type = a.inpatient_type
    AND c.payment_method = a.payment_method
WHERE a.method <> 'points';
