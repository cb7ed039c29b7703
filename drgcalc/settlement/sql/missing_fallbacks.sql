-- grain: one row per TCM group with cases below the treatment share and no group to fall back to
SELECT
    c.group_code,
    COUNT(*) AS cases,
    MIN(c.decided_on) AS first_day,
    MAX(c.decided_on) AS last_day
FROM cases AS c
CROSS JOIN case_rules AS r
ANTI JOIN fallbacks AS f
    ON c.group_code = f.group_code
    AND c.decided_on >= f.effective_from
    AND c.decided_on <= COALESCE(f.effective_to, DATE '9999-12-31')
WHERE
    c.tcm
    AND c.status = 'grouped'
    AND NOT c.is_refund
    AND ABS(c.treatment_fee) * 10000 < ABS(c.total_fee) * r.treatment_share
GROUP BY c.group_code
ORDER BY c.group_code;
