-- grain: one row: what of the settled cases is paid by points, and all of it
SELECT
    COUNT(DISTINCT pool) FILTER (case_points > 0) AS pools_covered,
    COUNT(DISTINCT hospital_id) FILTER (case_points > 0) AS hospitals_covered,
    COUNT(DISTINCT hospital_id) AS hospitals,
    COUNT(*) FILTER (method IS NULL AND status = 'grouped') AS cases_covered,
    COUNT(*) AS cases,
    CAST(COALESCE(SUM(fund_booked) FILTER (method IS NULL AND case_points <> 0), 0) AS DECIMAL(18, 2)) AS fund_covered,
    CAST(COALESCE(SUM(fund_booked), 0) AS DECIMAL(18, 2)) AS fund
FROM cases
