-- grain: one row per case in order of file and row: what the settlement adds to it
SELECT
    source_file,
    source_row,
    points_group,
    base_points,
    coefficient,
    auxiliary_factor,
    kept_share,
    reference_fee,
    segment,
    points AS case_points,
    review
FROM line_points('stays')
UNION ALL
SELECT
    r.source_file,
    r.source_row,
    r.points_group,
    r.base_points,
    r.coefficient,
    r.auxiliary_factor,
    r.kept_share,
    r.reference_fee,
    r.segment,
    r.points AS case_points,
    NULL AS review
FROM refund_points AS r
SEMI JOIN cases AS c
    ON c.is_refund AND r.source_file = c.source_file AND r.source_row = c.source_row
ORDER BY source_file, source_row;
