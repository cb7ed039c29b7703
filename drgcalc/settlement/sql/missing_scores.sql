-- grain: one row per group and level with grouped lines on days without a score or a reference cost
SELECT
    l.group_code,
    COALESCE(l.hospital_level, '') AS level,
    COUNT(*) AS cases,
    MIN(l.decided_on) AS first_day,
    MAX(l.decided_on) AS last_day
FROM (
    SELECT group_code, hospital_level, decided_on
    FROM stays
    WHERE status = 'grouped'
    UNION ALL
    SELECT group_code, hospital_level, decided_on
    FROM costs_before
    WHERE status = 'grouped'
) AS l
ANTI JOIN score_terms AS t
    ON l.group_code = t.group_code
    AND l.hospital_level IS NOT DISTINCT FROM t.hospital_level
    AND l.decided_on >= t.first_day
    AND l.decided_on <= t.last_day
GROUP BY l.group_code, l.hospital_level
ORDER BY l.group_code, l.hospital_level;
