-- grain: one row per hospital and pool of the cases: what the hospital has billed to the fund
SELECT
    hospital_id,
    pool,
    CAST(SUM(fund_booked) AS DECIMAL(18, 2)) AS fund_booked
FROM cases
GROUP BY hospital_id, pool
ORDER BY hospital_id, pool
