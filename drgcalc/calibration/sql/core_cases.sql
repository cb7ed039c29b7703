-- grain: one row per core group that could be: principal, main procedure and the related one that counts ('' none)
SELECT s.principal, s.main, COALESCE(c.code, '') AS related, CAST(SUM(s.cases) AS BIGINT) AS cases
FROM code_sets AS s
LEFT JOIN chosen AS c -- absent: no related procedure of the combination has an own group
    ON s.principal = c.principal AND s.main = c.main AND s.related = c.related
GROUP BY s.principal, s.main, COALESCE(c.code, '')
ORDER BY s.principal, s.main, related;
