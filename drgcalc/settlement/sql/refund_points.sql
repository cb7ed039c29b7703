-- grain: one row per refund line: the points of the stay's cost after it less those before it
CREATE OR REPLACE TEMP TABLE refund_points AS
WITH costs AS (
    SELECT
        source_file,
        source_row,
        is_left,
        points_group,
        base_points,
        coefficient,
        auxiliary_factor,
        kept_share,
        reference_fee,
        segment,
        points
    FROM line_points('refund_costs')
)
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
FROM costs AS b
LEFT JOIN costs AS a -- absent: nothing is left of the stay
    ON b.source_file = a.source_file AND b.source_row = a.source_row AND a.is_left
WHERE NOT b.is_left;
