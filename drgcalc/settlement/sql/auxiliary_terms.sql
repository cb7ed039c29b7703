-- grain: one row per group, combination of auxiliary parts and span of days with one factor
CREATE OR REPLACE TEMP TABLE auxiliary_terms AS
WITH needed AS (
    SELECT term_group, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu
    FROM lines
    WHERE COALESCE(aux_cci, aux_severity, aux_tumour, aux_age, aux_icu) IS NOT NULL
    GROUP BY term_group, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu
),
numbered AS (
    SELECT
        ROW_NUMBER() OVER (ORDER BY term_group, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu) AS key,
        term_group,
        aux_cci,
        aux_severity,
        aux_tumour,
        aux_age,
        aux_icu
    FROM needed
),
parts AS (
    SELECT key, term_group, 'cci' AS dimension, aux_cci AS part FROM numbered
    UNION ALL
    SELECT key, term_group, 'severity' AS dimension, aux_severity AS part FROM numbered
    UNION ALL
    SELECT key, term_group, 'tumour' AS dimension, aux_tumour AS part FROM numbered
    UNION ALL
    SELECT key, term_group, 'age' AS dimension, aux_age AS part FROM numbered
    UNION ALL
    SELECT key, term_group, 'icu' AS dimension, aux_icu AS part FROM numbered
),
meant AS (
    SELECT
        p.key,
        p.dimension,
        w.of_group,
        a.factor,
        a.effective_from AS first_day,
        COALESCE(a.effective_to, DATE '9999-12-30') AS last_day
    FROM parts AS p
    CROSS JOIN (VALUES (TRUE), (FALSE)) AS w (of_group)
    JOIN auxiliary AS a
        ON p.dimension = a.dimension
        AND p.part = a.part
        AND CASE WHEN w.of_group THEN p.term_group ELSE '*' END = a.group_code
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
counted AS ( -- one factor a dimension: the group's own before that of every group
    SELECT
        s.key,
        s.first_day,
        s.last_day,
        m.dimension,
        CAST(ARG_MAX(m.factor, CAST(m.of_group AS INTEGER)) * 1000000 AS HUGEINT) AS units
    FROM spans AS s
    JOIN meant AS m
        ON s.key = m.key AND s.first_day BETWEEN m.first_day AND m.last_day
    GROUP BY s.key, s.first_day, s.last_day, m.dimension
),
combined AS (
    SELECT
        key,
        first_day,
        last_day,
        CASE
            WHEN $product -- of all five, those without a row being 1, half up to 6 decimals
                THEN (
                    2 * COALESCE(MAX(units) FILTER (dimension = 'cci'), 1000000)
                    * COALESCE(MAX(units) FILTER (dimension = 'severity'), 1000000)
                    * COALESCE(MAX(units) FILTER (dimension = 'tumour'), 1000000)
                    * COALESCE(MAX(units) FILTER (dimension = 'age'), 1000000)
                    * COALESCE(MAX(units) FILTER (dimension = 'icu'), 1000000)
                    + 1000000000000000000000000
                ) // 2000000000000000000000000
            ELSE MAX(units)
        END AS units
    FROM counted
    GROUP BY key, first_day, last_day
)
SELECT
    n.term_group,
    n.aux_cci,
    n.aux_severity,
    n.aux_tumour,
    n.aux_age,
    n.aux_icu,
    c.first_day,
    c.last_day,
    CAST(c.units AS DECIMAL(18, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS factor,
    c.units // GCD(c.units, CAST(1000000 AS HUGEINT)) AS factor_over,
    1000000 // GCD(c.units, CAST(1000000 AS HUGEINT)) AS factor_under
FROM combined AS c
JOIN numbered AS n
    ON c.key = n.key;
