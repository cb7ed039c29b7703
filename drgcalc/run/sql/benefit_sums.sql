-- grain: one row per pool of the settled cases
SELECT
    pool,
    CAST(SUM(total_fee) AS DECIMAL(18, 2)) AS total_fee,
    CAST(SUM(fund_booked) AS DECIMAL(18, 2)) AS fund_booked
FROM cases
GROUP BY pool
ORDER BY pool
