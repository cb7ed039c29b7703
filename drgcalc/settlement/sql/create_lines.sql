-- grain: one row per case: what its points depend on
-- The points of a line are those of a quantity (a cost in fen, hundredths of a day, or given points) under a rule.
CREATE OR REPLACE TEMP VIEW lines AS
WITH placed AS (
    SELECT
        c.source_file,
        c.source_row,
        c.is_refund,
        c.hospital_id,
        c.hospital_level,
        c.pool,
        c.decided_on,
        c.layer,
        c.grassroots,
        c.aux_cci,
        c.aux_severity,
        c.aux_tumour,
        c.aux_age,
        c.aux_icu,
        c.total_fee,
        c.los_days,
        c.group_code,
        s.decision,
        s.points AS decided_points,
        COALESCE(f.western_group, c.group_code) AS points_group,
        CASE
            WHEN s.decision = 'item' THEN 'special_item'
            WHEN s.decision = 'points' THEN 'special_points'
            WHEN t.name IS NOT NULL THEN t.name
            WHEN g.name IS NOT NULL THEN g.name
            WHEN c.los_days <= r.short_stay THEN 'short_stay'
            WHEN c.los_days >= r.long_stay THEN 'long_stay'
            ELSE c.status
        END AS rule,
        COALESCE(t.name, g.name) AS bed_days,
        h.source_row IS NOT NULL AS is_readmitted
    FROM cases AS c
    CROSS JOIN case_rules AS r
    LEFT JOIN special_cases AS s -- absent: nothing was decided about it
        ON c.settlement_id = s.settlement_id
    LEFT JOIN bed_days AS t -- absent: no bed-day care of this type
        ON c.inpatient_type = t.inpatient_type
    LEFT JOIN bed_days AS g -- absent: no bed-day group
        ON c.status = 'grouped' AND c.group_code = g.group_code
    LEFT JOIN fallbacks AS f -- absent: the group's own score counts
        ON c.tcm
        AND ABS(c.treatment_fee) * 10000 < ABS(c.total_fee) * r.treatment_share
        AND c.group_code = f.group_code
        AND c.decided_on >= f.effective_from
        AND c.decided_on <= COALESCE(f.effective_to, DATE '9999-12-31')
    LEFT JOIN readmissions AS h -- absent: nobody was admitted again too soon
        ON c.source_file = h.source_file AND c.source_row = h.source_row
)
SELECT
    p.source_file,
    p.source_row,
    p.is_refund,
    p.hospital_id,
    p.decided_on,
    p.group_code,
    p.points_group,
    p.rule,
    p.decision,
    CASE WHEN p.rule = 'grouped' THEN p.points_group END AS term_group,
    CASE WHEN p.rule = 'grouped' THEN p.hospital_level END AS term_level,
    CASE WHEN p.rule = 'grouped' AND LIST_CONTAINS(r.layers, p.layer) THEN p.layer END AS term_layer,
    CASE WHEN r.by_level THEN p.hospital_level END AS coefficient_level,
    CASE WHEN r.by_group THEN p.points_group END AS coefficient_group,
    CASE WHEN r.by_pool THEN p.pool END AS coefficient_pool,
    COALESCE(r.plain_grassroots AND p.grassroots, FALSE) AS is_plain,
    CASE WHEN r.auxiliary AND p.rule = 'grouped' THEN p.aux_cci END AS aux_cci,
    CASE WHEN r.auxiliary AND p.rule = 'grouped' THEN p.aux_severity END AS aux_severity,
    CASE WHEN r.auxiliary AND p.rule = 'grouped' THEN p.aux_tumour END AS aux_tumour,
    CASE WHEN r.auxiliary AND p.rule = 'grouped' THEN p.aux_age END AS aux_age,
    CASE WHEN r.auxiliary AND p.rule = 'grouped' THEN p.aux_icu END AS aux_icu,
    CASE WHEN p.is_readmitted AND p.decision IS NULL THEN r.kept_units ELSE 10000 END AS kept_units,
    p.rule = p.bed_days OR p.rule = 'special_points' AS is_counted, -- its quantity is no cost
    CASE
        WHEN p.rule = p.bed_days THEN CAST(p.los_days * 100 AS BIGINT)
        WHEN p.rule = 'special_points' THEN CAST(p.decided_points * 10000 AS BIGINT)
        ELSE CAST(p.total_fee * 100 AS BIGINT)
    END AS quantity
FROM placed AS p
CROSS JOIN case_rules AS r;
