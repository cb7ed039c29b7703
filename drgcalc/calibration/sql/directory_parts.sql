-- grain: one row per group of at least $split_total stays, auxiliary dimension and part ('' none): stays, cost, squares
WITH placed AS (
    SELECT
        m.group_principal, m.group_main, m.group_related, m.group_kind, s.fee, s.aux_cci, s.aux_severity, s.aux_tumour,
        s.aux_age, s.aux_icu
    FROM directory_stays AS s
    INNER JOIN members AS m
        ON s.principal = m.principal AND s.main = m.main AND s.related = m.related AND s.kind = m.kind
),
counted AS (
    SELECT
        group_principal, group_main, group_related, group_kind, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu,
        GROUPING_ID(aux_cci, aux_severity, aux_tumour, aux_age, aux_icu) AS grouped_by,
        COUNT(fee) AS cases,
        SUM(fee) AS fee,
        SUM(CAST(fee AS HUGEINT) * fee) AS squares
    FROM placed
    GROUP BY GROUPING SETS (
        (group_principal, group_main, group_related, group_kind, aux_cci),
        (group_principal, group_main, group_related, group_kind, aux_severity),
        (group_principal, group_main, group_related, group_kind, aux_tumour),
        (group_principal, group_main, group_related, group_kind, aux_age),
        (group_principal, group_main, group_related, group_kind, aux_icu)
    )
)
SELECT
    group_principal,
    group_main,
    group_related,
    group_kind,
    CASE grouped_by WHEN 15 THEN 'cci' WHEN 23 THEN 'severity' WHEN 27 THEN 'tumour' WHEN 29 THEN 'age' ELSE 'icu' END AS dimension,
    COALESCE(aux_cci, aux_severity, aux_tumour, aux_age, aux_icu, '') AS part,
    cases,
    fee,
    squares
FROM counted
QUALIFY SUM(cases) OVER (PARTITION BY group_principal, group_main, group_related, group_kind, grouped_by) >= $split_total
ORDER BY group_principal, group_main, group_related, group_kind, dimension, part;
