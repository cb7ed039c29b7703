-- grain: one row per method, pool, hospital, level, month and group, and where the method looks at them, person or stay
-- A stay is a person's at a hospital that ends on a day. Refund lines that leave nothing of it take its cases and days
-- away, the last of them all at once; one that leaves a part takes away amounts only.
WITH lines AS (
    SELECT
        method,
        pool,
        hospital_id,
        COALESCE(hospital_level, '') AS level,
        period AS month,
        COALESCE(group_code, '') AS group_code,
        person_key,
        discharged_on,
        is_refund,
        los_days,
        total_fee,
        fund_booked,
        patient_paid,
        SUM(total_fee) OVER stay AS left_fee,
        COUNT(*) FILTER (NOT is_refund) OVER stay AS visits,
        SUM(CASE WHEN is_refund THEN 0 ELSE los_days END) OVER stay AS stay_days,
        ROW_NUMBER() OVER (
            PARTITION BY method, pool, hospital_id, person_key, discharged_on, is_refund
            ORDER BY decided_on DESC, source_file DESC, source_row DESC
        ) AS place
    FROM method_cases
    WINDOW stay AS (PARTITION BY method, pool, hospital_id, person_key, discharged_on)
),
counted AS (
    SELECT
        l.method,
        l.pool,
        l.hospital_id,
        l.level,
        l.month,
        l.group_code,
        CASE g.grain
            WHEN 'person' THEN l.person_key
            WHEN 'stay' THEN l.person_key || ' ' || STRFTIME(l.discharged_on, '%Y-%m-%d')
            ELSE ''
        END AS key,
        CASE WHEN NOT l.is_refund THEN 1 WHEN l.left_fee = 0 AND l.place = 1 THEN -l.visits ELSE 0 END AS cases,
        CASE WHEN NOT l.is_refund THEN l.los_days WHEN l.left_fee = 0 AND l.place = 1 THEN -l.stay_days ELSE 0 END AS days,
        l.is_refund AND l.visits = 0 AS alone,
        l.total_fee,
        l.fund_booked,
        l.patient_paid
    FROM lines AS l
    JOIN method_grains AS g
        ON l.method = g.method
)
SELECT
    method,
    pool,
    hospital_id,
    level,
    month,
    group_code,
    key,
    CAST(SUM(cases) AS BIGINT) AS cases,
    CAST(SUM(days) AS BIGINT) AS days,
    COUNT(*) FILTER (alone) AS refunds_alone,
    CAST(SUM(total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(fund_booked) AS DECIMAL(18, 2)) AS fund_booked,
    CAST(SUM(patient_paid) AS DECIMAL(18, 2)) AS patient_paid
FROM counted
GROUP BY method, pool, hospital_id, level, month, group_code, key
ORDER BY method, pool, hospital_id, level, month, group_code, key;
