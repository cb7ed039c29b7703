-- grain: one row: the cases whose terms or points are others when they are computed again, and the first of them
SELECT
    COUNT(*) AS cases,
    MIN(p.settlement_id) AS first_id
FROM published AS p
POSITIONAL JOIN again AS a
WHERE
    p.case_points IS DISTINCT FROM a.case_points
    OR p.base_points IS DISTINCT FROM a.base_points
    OR p.coefficient IS DISTINCT FROM a.coefficient
    OR p.reference_fee IS DISTINCT FROM a.reference_fee
    OR p.segment IS DISTINCT FROM a.segment
    OR p.points_group IS DISTINCT FROM a.points_group
    OR p.auxiliary_factor IS DISTINCT FROM a.auxiliary_factor
    OR p.kept_share IS DISTINCT FROM a.kept_share
    OR p.review IS DISTINCT FROM a.review
