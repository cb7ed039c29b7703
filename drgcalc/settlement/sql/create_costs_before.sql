-- grain: one row per refund line with the cost before it, as a line to be given points
CREATE OR REPLACE TEMP VIEW costs_before AS
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
    CASE WHEN l.is_counted THEN l.quantity ELSE CAST(r.fee_before * 100 AS BIGINT) END AS quantity
FROM refund_terms AS r
JOIN lines AS l
    ON r.term_file = l.source_file AND r.term_row = l.source_row;
