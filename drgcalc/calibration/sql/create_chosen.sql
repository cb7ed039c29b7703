-- grain: one row per combination whose related procedures have an own group: the first of these in order of trial
CREATE OR REPLACE TEMP TABLE chosen AS
WITH elements AS (
    SELECT DISTINCT principal, main, related, UNNEST(STRING_SPLIT(related, '+')) AS code
    FROM code_sets
    WHERE main <> '' AND related <> ''
),
asked AS (
    SELECT principal, main, related, seq, UNNEST(STRING_SPLIT(related, '+')) AS code
    FROM own_groups
),
met AS (
    SELECT e.principal, e.main, e.related, o.seq, o.related AS own
    FROM elements AS e
    INNER JOIN asked AS o
        ON e.principal = o.principal AND e.main = o.main AND e.code = o.code
    GROUP BY e.principal, e.main, e.related, o.seq, o.related
    HAVING COUNT(e.code) = LEN(STRING_SPLIT(o.related, '+'))
)
SELECT principal, main, related, ARG_MIN(own, seq) AS code
FROM met
GROUP BY principal, main, related;
