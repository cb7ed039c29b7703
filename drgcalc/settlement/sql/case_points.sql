-- grain: one row per case in order of file and row: what the settlement adds to it
SELECT
    source_file,
    source_row,
    base_points,
    coefficient,
    reference_fee,
    segment,
    points AS case_points
FROM line_points('stays')
UNION ALL
SELECT
    r.source_file,
    r.source_row,
    r.base_points,
    r.coefficient,
    r.reference_fee,
    r.segment,
    r.points AS case_points
FROM refund_points AS r
SEMI JOIN cases AS c
    ON c.is_refund AND r.source_file = c.source_file AND r.source_row = c.source_row
ORDER BY source_file, source_row;
