-- grain: one row per combination and set of several related procedures that $threshold of its stays have, and no others
-- Procedures that fewer stays have do not keep a set apart: they are left out before sets are told apart.
WITH elements AS (
    SELECT principal, main, related, UNNEST(STRING_SPLIT(related, '+')) AS code, SUM(cases) AS cases, SUM(fee) AS fee
    FROM code_sets
    WHERE main <> '' AND related <> ''
    GROUP BY principal, main, related
),
frequent AS (
    SELECT principal, main, code
    FROM elements
    GROUP BY principal, main, code
    HAVING SUM(cases) >= $threshold
),
reduced AS (
    SELECT e.principal, e.main, LIST(e.code ORDER BY e.code) AS codes, MIN(e.cases) AS cases, MIN(e.fee) AS fee
    FROM elements AS e
    SEMI JOIN frequent AS f
        ON e.principal = f.principal AND e.main = f.main AND e.code = f.code
    GROUP BY e.principal, e.main, e.related
),
counted AS (
    SELECT principal, main, codes, SUM(cases) AS cases, SUM(fee) AS fee
    FROM reduced
    GROUP BY principal, main, codes
)
SELECT
    s.principal,
    s.main,
    ARRAY_TO_STRING(s.codes, '+') AS related,
    CAST(SUM(r.cases) AS BIGINT) AS cases,
    SUM(r.fee) AS fee
FROM counted AS s
INNER JOIN counted AS r
    ON s.principal = r.principal AND s.main = r.main AND LIST_HAS_ALL(r.codes, s.codes)
WHERE LEN(s.codes) > 1 AND s.cases >= $threshold
GROUP BY s.principal, s.main, s.codes
ORDER BY s.principal, s.main, related;
