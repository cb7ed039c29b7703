-- grain: one row per refund line with the cost before it, and one with the cost that is left, if any, as lines to be
-- given points
CREATE OR REPLACE TEMP VIEW refund_costs AS
SELECT
    r.source_file,
    r.source_row,
    l.hospital_id,
    l.decided_on,
    l.points_group,
    l.group_code,
    l.rule,
    l.decision,
    l.term_group,
    l.term_level,
    l.term_layer,
    l.coefficient_level,
    l.coefficient_group,
    l.coefficient_pool,
    l.is_plain,
    l.aux_cci,
    l.aux_severity,
    l.aux_tumour,
    l.aux_age,
    l.aux_icu,
    l.kept_units,
    w.is_left,
    CASE
        WHEN l.is_counted THEN l.quantity
        ELSE CAST(CASE WHEN w.is_left THEN r.fee_after ELSE r.fee_before END * 100 AS BIGINT)
    END AS quantity
FROM refund_terms AS r
JOIN lines AS l
    ON r.term_file = l.source_file AND r.term_row = l.source_row
CROSS JOIN (VALUES (FALSE), (TRUE)) AS w (is_left)
WHERE NOT w.is_left OR r.fee_after > 0;
