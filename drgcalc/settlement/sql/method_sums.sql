-- grain: one row per pool of the cases that methods beside points pay
SELECT
    pool,
    COUNT(*) AS records,
    CAST(SUM(total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(fund_booked) AS DECIMAL(18, 2)) AS fund_booked,
    CAST(SUM(patient_paid) AS DECIMAL(18, 2)) AS patient_paid
FROM method_cases
GROUP BY pool
ORDER BY pool;
