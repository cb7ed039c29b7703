-- grain: one row per hospital, level, group, pool and day from which equally specific coefficients are in force for cases
SELECT
    t.hospital_id,
    t.coefficient_level AS level,
    t.coefficient_group AS group_code,
    t.coefficient_pool AS pool,
    t.first_day,
    t.rivals
FROM coefficient_terms AS t
WHERE t.rivals > 1
ORDER BY t.hospital_id, level, group_code, pool, t.first_day
LIMIT 1;
