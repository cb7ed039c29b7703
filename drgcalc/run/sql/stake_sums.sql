-- grain: one row per pool, kind and hospital whose totals would change; of alternatives the dearest counts once
WITH placed AS (
    SELECT
        pool,
        kind,
        paid_hospital,
        points,
        yuan_at_value,
        yuan_hospital,
        added_fee,
        added_booked,
        added_patient,
        NOT alternative
        OR ROW_NUMBER() OVER (
            PARTITION BY alternative, settlement_id, is_refund ORDER BY ABS(yuan_at_value) DESC NULLS LAST, file, "row"
        ) = 1 AS is_counted
    FROM stakes
)
SELECT
    pool,
    kind,
    paid_hospital,
    COUNT(*) AS records,
    COUNT(yuan_hospital) AS priced,
    COUNT(yuan_hospital) FILTER (WHERE NOT is_counted) AS alternatives,
    CAST(COALESCE(SUM(points) FILTER (WHERE is_counted AND yuan_hospital IS NOT NULL), 0) AS DECIMAL(38, 4)) AS points,
    CAST(COALESCE(SUM(yuan_at_value) FILTER (WHERE is_counted), 0) AS DECIMAL(38, 2)) AS yuan_at_value,
    CAST(COALESCE(SUM(added_fee) FILTER (WHERE is_counted), 0) AS DECIMAL(38, 2)) AS added_fee,
    CAST(COALESCE(SUM(added_booked) FILTER (WHERE is_counted), 0) AS DECIMAL(38, 2)) AS added_booked,
    CAST(COALESCE(SUM(added_patient) FILTER (WHERE is_counted), 0) AS DECIMAL(38, 2)) AS added_patient
FROM placed
GROUP BY pool, kind, paid_hospital
ORDER BY pool NULLS LAST, kind, paid_hospital;
