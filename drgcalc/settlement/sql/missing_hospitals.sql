-- grain: one row per hospital and month with grouped cases but without a coefficient in force
SELECT hospital_id, period, grouped_cases AS cases
FROM hospital_terms
WHERE coefficient IS NULL AND grouped_cases > 0
ORDER BY hospital_id, period;
