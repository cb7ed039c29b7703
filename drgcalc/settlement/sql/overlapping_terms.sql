-- grain: one row per hospital or group of which more than one row is in force in a month
SELECT 'hospitals' AS source_table, hospital_id AS row_key, period, rows_in_force
FROM hospital_terms
WHERE rows_in_force > 1
UNION
SELECT 'scores' AS source_table, group_code AS row_key, period, rows_of_every_level AS rows_in_force
FROM score_months
WHERE rows_of_every_level > 1
UNION
SELECT
    'scores' AS source_table,
    group_code || ' at level ' || hospital_level AS row_key,
    period,
    rows_of_level AS rows_in_force
FROM score_months
WHERE rows_of_level > 1
ORDER BY source_table, row_key, period;
