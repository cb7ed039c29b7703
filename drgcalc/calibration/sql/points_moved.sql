-- grain: one row per pool, hospital and group of one year: stays and their points by the scores in force and the new
-- Points are units of 10^-10: score (10^-4) × coefficient (10^-6) × stays.
SELECT
    c.pool,
    c.hospital_id,
    c.group_code,
    CAST(SUM(c.stays) AS BIGINT) AS stays,
    SUM(c.fee) AS fee,
    SUM(c.fund) AS fund,
    SUM(c.stays * COALESCE(l.score, o.score) * k.coefficient) AS old_points,
    SUM(c.stays * n.score * k.coefficient) AS new_points
FROM cells AS c
INNER JOIN coefficients AS k
    ON c.hospital_id = k.hospital_id
LEFT JOIN old_scores AS l -- absent: no score of this level is in force
    ON c.group_code = l.group_code AND c.hospital_level = l.level
LEFT JOIN old_scores AS o -- absent: no score of all levels is in force
    ON c.group_code = o.group_code AND o.level = ''
LEFT JOIN new_scores AS n -- absent: the group's stays cost nothing
    ON c.group_code = n.group_code
WHERE c.year = $year
GROUP BY c.pool, c.hospital_id, c.group_code
ORDER BY c.pool, c.hospital_id, c.group_code;
