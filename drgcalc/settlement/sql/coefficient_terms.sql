-- grain: one row per hospital (with level, group and pool where coefficients depend on them) and span of days with one
-- coefficient: that of the most specific row in force
CREATE OR REPLACE TEMP TABLE coefficient_terms AS
WITH needed AS (
    SELECT hospital_id, coefficient_level, coefficient_group, coefficient_pool
    FROM lines
    GROUP BY hospital_id, coefficient_level, coefficient_group, coefficient_pool
),
numbered AS (
    SELECT
        ROW_NUMBER() OVER (ORDER BY hospital_id, coefficient_level, coefficient_group, coefficient_pool) AS key,
        hospital_id,
        coefficient_level,
        coefficient_group,
        coefficient_pool
    FROM needed
),
masks AS ( -- which of the four are filled in, in some row
    SELECT
        hospital_id IS NOT NULL AS of_hospital,
        level IS NOT NULL AS of_level,
        group_code IS NOT NULL AS of_group,
        pool IS NOT NULL AS of_pool
    FROM coefficients
    GROUP BY of_hospital, of_level, of_group, of_pool
),
wanted AS (
    SELECT
        n.key,
        2 * CAST(m.of_hospital AS INTEGER) + CAST(m.of_level AND NOT m.of_hospital AS INTEGER)
        + CAST(m.of_group AS INTEGER) + CAST(m.of_pool AS INTEGER) AS specificity,
        CASE WHEN m.of_hospital THEN n.hospital_id ELSE '' END AS hospital_id,
        CASE WHEN m.of_level THEN n.coefficient_level ELSE '' END AS level,
        CASE WHEN m.of_group THEN n.coefficient_group ELSE '' END AS group_code,
        CASE WHEN m.of_pool THEN n.coefficient_pool ELSE '' END AS pool
    FROM numbered AS n
    CROSS JOIN masks AS m
),
meant AS (
    SELECT
        w.key,
        w.specificity,
        c.coefficient,
        c.effective_from AS first_day,
        COALESCE(c.effective_to, DATE '9999-12-30') AS last_day
    FROM wanted AS w
    JOIN coefficients AS c
        ON w.hospital_id = COALESCE(c.hospital_id, '')
        AND w.level = COALESCE(c.level, '')
        AND w.group_code = COALESCE(c.group_code, '')
        AND w.pool = COALESCE(c.pool, '')
),
changes AS (
    SELECT key, first_day
    FROM meant
    UNION
    SELECT key, last_day + 1 AS first_day
    FROM meant
),
spans AS (
    SELECT
        key,
        first_day,
        LEAD(first_day - 1, 1, DATE '9999-12-31') OVER (PARTITION BY key ORDER BY first_day) AS last_day
    FROM changes
),
ranked AS (
    SELECT
        s.key,
        s.first_day,
        s.last_day,
        m.coefficient,
        RANK() OVER (PARTITION BY s.key, s.first_day ORDER BY m.specificity DESC) AS place
    FROM spans AS s
    JOIN meant AS m
        ON s.key = m.key AND s.first_day BETWEEN m.first_day AND m.last_day
)
SELECT
    n.hospital_id,
    n.coefficient_level,
    n.coefficient_group,
    n.coefficient_pool,
    r.first_day,
    r.last_day,
    MAX(r.coefficient) AS coefficient,
    CAST(MAX(r.coefficient) * 1000000 AS BIGINT) AS coefficient_units,
    COUNT(*) AS rivals
FROM ranked AS r
JOIN numbered AS n
    ON r.key = n.key
WHERE r.place = 1
GROUP BY
    n.hospital_id, n.coefficient_level, n.coefficient_group, n.coefficient_pool, r.first_day, r.last_day;
