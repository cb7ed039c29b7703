-- grain: one row per hospital, pool, old status and group, new status and group; yuan_moved is empty until priced
WITH both_cases AS (
    -- a case that only one side has stands with an empty group and status on the other
    SELECT
        COALESCE(n.hospital_id, o.hospital_id) AS hospital_id,
        COALESCE(n.pool, o.pool) AS pool,
        COALESCE(o.group_code, '') AS old_group,
        COALESCE(n.group_code, '') AS new_group,
        COALESCE(o.status, '') AS old_status,
        COALESCE(n.status, '') AS new_status,
        COALESCE(o.case_points, 0) AS old_points,
        COALESCE(n.case_points, 0) AS new_points,
        COALESCE(n.total_fee, o.total_fee, 0) AS total_fee
    FROM old_cases AS o
    FULL JOIN new_cases AS n
        ON n.settlement_id = o.settlement_id
        AND n.is_refund = o.is_refund -- a reversal may bear the id of what it reverses
)
SELECT
    hospital_id,
    pool,
    old_status,
    old_group,
    new_status,
    new_group,
    COUNT(*) AS cases,
    CAST(SUM(old_points) AS DECIMAL(18, 4)) AS old_points,
    CAST(SUM(new_points) AS DECIMAL(18, 4)) AS new_points,
    CAST(SUM(new_points) - SUM(old_points) AS DECIMAL(18, 4)) AS points_moved,
    CAST(NULL AS DECIMAL(18, 2)) AS yuan_moved,
    CAST(SUM(total_fee) AS DECIMAL(18, 2)) AS total_fee
FROM both_cases
GROUP BY hospital_id, pool, old_status, old_group, new_status, new_group
ORDER BY
    old_group = new_group AND old_status = new_status,
    cases DESC,
    total_fee DESC,
    hospital_id,
    pool,
    old_status,
    old_group,
    new_status,
    new_group
