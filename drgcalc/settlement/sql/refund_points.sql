-- grain: one row per refund line: the points of the stay's cost after it less those before it
CREATE OR REPLACE TEMP TABLE refund_points AS
SELECT
    b.source_file,
    b.source_row,
    b.points_group,
    b.base_points,
    b.coefficient,
    b.auxiliary_factor,
    b.kept_share,
    b.reference_fee,
    b.segment,
    CAST(COALESCE(a.points, 0) - b.points AS DECIMAL(18, 4)) AS points
FROM line_points('costs_before') AS b
LEFT JOIN line_points('costs_after') AS a -- absent: nothing is left of the stay
    ON b.source_file = a.source_file AND b.source_row = a.source_row;
