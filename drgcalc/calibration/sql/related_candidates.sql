-- grain: one row per combination and one related procedure that at least $threshold of its stays have
WITH elements AS (
    SELECT principal, main, UNNEST(STRING_SPLIT(related, '+')) AS code, cases, fee
    FROM code_sets
    WHERE main <> '' AND related <> ''
)
SELECT principal, main, code AS related, CAST(SUM(cases) AS BIGINT) AS cases, SUM(fee) AS fee
FROM elements
GROUP BY principal, main, code
HAVING SUM(cases) >= $threshold
ORDER BY principal, main, code;
