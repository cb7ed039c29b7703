-- grain: one row per pool and hospital with accepted records
SELECT
    pool,
    hospital_id,
    COUNT(*) FILTER (case_points <> 0) AS cases,
    CAST(SUM(case_points) AS DECIMAL(18, 4)) AS points,
    CAST(SUM(total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(fund_booked) AS DECIMAL(18, 2)) AS fund_booked,
    CAST(SUM(patient_paid) AS DECIMAL(18, 2)) AS patient_paid
FROM settled
GROUP BY pool, hospital_id
ORDER BY pool, hospital_id;
