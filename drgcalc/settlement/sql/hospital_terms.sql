-- grain: one row per hospital and span of days with one coefficient
CREATE OR REPLACE TEMP TABLE hospital_terms AS
WITH applied AS (
    SELECT
        hospital_id,
        effective_from AS first_day,
        COALESCE(effective_to, DATE '9999-12-31') AS last_day,
        CASE WHEN $coefficient_applied THEN coefficient ELSE CAST(1 AS DECIMAL(12, 6)) END AS coefficient
    FROM hospitals
)
SELECT
    hospital_id,
    first_day,
    last_day,
    coefficient,
    CAST(coefficient * 1000000 AS BIGINT) AS coefficient_units
FROM applied;
