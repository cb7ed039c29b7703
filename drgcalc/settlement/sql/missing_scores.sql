-- grain: one row per group and level with grouped lines on days without a score or a reference cost
SELECT
    l.term_group,
    COALESCE(l.term_level, '') AS level,
    COUNT(*) AS cases,
    MIN(l.decided_on) AS first_day,
    MAX(l.decided_on) AS last_day
FROM (
    SELECT term_group, term_level, decided_on
    FROM stays
    WHERE rule = 'grouped'
    UNION ALL
    SELECT term_group, term_level, decided_on
    FROM refund_costs
    WHERE rule = 'grouped' AND NOT is_left
) AS l
ANTI JOIN score_terms AS t
    ON l.term_group = t.group_code
    AND l.term_level IS NOT DISTINCT FROM t.hospital_level
    AND l.decided_on >= t.first_day
    AND l.decided_on <= t.last_day
GROUP BY l.term_group, l.term_level
ORDER BY l.term_group, l.term_level;
