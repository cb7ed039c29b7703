-- grain: one row per case for which equally specific coefficients are in force
CREATE OR REPLACE TEMP TABLE rivals AS
SELECT DISTINCT l.source_file, l.source_row
FROM lines AS l
JOIN coefficient_terms AS t
    ON l.hospital_id = t.hospital_id
    AND l.coefficient_level IS NOT DISTINCT FROM t.coefficient_level
    AND l.coefficient_group IS NOT DISTINCT FROM t.coefficient_group
    AND l.coefficient_pool IS NOT DISTINCT FROM t.coefficient_pool
    AND l.decided_on >= t.first_day
    AND l.decided_on <= t.last_day
WHERE t.rivals > 1;
