-- grain: one row per group and level with grouped cases in months without a score or reference cost
SELECT c.group_code, COALESCE(c.hospital_level, '') AS level, COUNT(*) AS cases
FROM cases AS c
JOIN score_months AS m
    ON c.group_code = m.group_code
    AND c.hospital_level IS NOT DISTINCT FROM m.hospital_level
    AND c.period = m.period
WHERE c.status = 'grouped'
    AND (m.score IS NULL OR m.reference_fen IS NULL OR m.reference_fen <= 0)
GROUP BY c.group_code, c.hospital_level
ORDER BY c.group_code, c.hospital_level;
