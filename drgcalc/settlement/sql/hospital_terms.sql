-- grain: one row per hospital and month with a case; in force on the last day of the month
CREATE OR REPLACE TEMP TABLE hospital_terms AS
WITH needed AS (
    SELECT hospital_id, period, COUNT(*) AS cases, COUNT(*) FILTER (status = 'grouped') AS grouped_cases
    FROM cases
    GROUP BY hospital_id, period
)
SELECT
    n.hospital_id,
    n.period,
    n.cases,
    n.grouped_cases,
    COUNT(h.hospital_id) AS rows_in_force,
    CASE WHEN $coefficient_applied THEN MIN(h.coefficient) ELSE CAST(1 AS DECIMAL(12, 6)) END AS coefficient,
    CAST(
        CASE WHEN $coefficient_applied THEN MIN(h.coefficient) ELSE CAST(1 AS DECIMAL(12, 6)) END * 1000000 AS BIGINT
    ) AS coefficient_units -- absent: no row in force, which missing_hospitals reports
FROM needed AS n
LEFT JOIN hospitals AS h -- absent: unknown, or not in force that month
    ON n.hospital_id = h.hospital_id
    AND LAST_DAY(CAST(n.period || '-01' AS DATE))
        BETWEEN h.effective_from AND COALESCE(h.effective_to, DATE '9999-12-31')
GROUP BY n.hospital_id, n.period, n.cases, n.grouped_cases;
