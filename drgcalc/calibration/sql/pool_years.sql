-- grain: one row per pool and year: cost (fen) and points (10^-10) of all grouped stays whose group has a score
SELECT
    c.pool,
    c.year,
    CAST(COALESCE(SUM(c.stays) FILTER (COALESCE(l.score, s.score) IS NOT NULL), 0) AS BIGINT) AS stays,
    COALESCE(SUM(c.fee) FILTER (COALESCE(l.score, s.score) IS NOT NULL), 0) AS fee,
    COALESCE(SUM(c.stays * COALESCE(l.score, s.score) * k.coefficient), 0) AS points,
    CAST(COALESCE(SUM(c.stays) FILTER (COALESCE(l.score, s.score) IS NULL), 0) AS BIGINT) AS without_score
FROM cells AS c
INNER JOIN coefficients AS k
    ON c.hospital_id = k.hospital_id
LEFT JOIN old_scores AS l -- absent: no score of this level is in force
    ON c.group_code = l.group_code AND c.hospital_level = l.level
LEFT JOIN old_scores AS s -- absent: no score of all levels is in force
    ON c.group_code = s.group_code AND s.level = ''
GROUP BY c.pool, c.year
ORDER BY c.pool, c.year;
