-- grain: one row per pool of the settled cases: how many followed rules beside the segments
SELECT
    s.pool,
    COUNT(*) FILTER (s.coefficient IS NULL AND (g.coefficient_on_start OR g.coefficient_on_rise)) AS without_coefficient,
    COUNT(*) FILTER (s.kept_share IS NOT NULL AND NOT s.is_refund) AS readmitted,
    COUNT(*) FILTER (s.points_group IS NOT NULL AND NOT s.is_refund) AS fallen_back,
    COUNT(*) FILTER (s.tcm AND s.status = 'grouped' AND s.treatment_fee IS NULL AND NOT s.is_refund) AS without_treatment,
    COUNT(*) FILTER (s.review = 'small_group') AS in_small_groups
FROM settled AS s
LEFT JOIN segments AS g -- absent: never; that every record has a segment is proved
    ON s.segment = g.name
GROUP BY s.pool
ORDER BY s.pool;
