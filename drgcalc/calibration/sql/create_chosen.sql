-- grain: one row per combination with a related procedure that has an own group: the first of them in order of trial
CREATE OR REPLACE TEMP TABLE chosen AS
WITH elements AS (
    SELECT DISTINCT principal, main, related, UNNEST(STRING_SPLIT(related, '+')) AS code
    FROM code_sets
    WHERE main <> '' AND related <> ''
)
SELECT e.principal, e.main, e.related, ARG_MIN(o.related, o.seq) AS code
FROM elements AS e
INNER JOIN own_groups AS o
    ON e.principal = o.principal AND e.main = o.main AND e.code = o.related
GROUP BY e.principal, e.main, e.related;
