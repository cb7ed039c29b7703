-- grain: one row per group, hospital level and unbroken run of months with one score and reference cost
CREATE OR REPLACE TEMP TABLE score_terms AS
WITH numbered AS (
    SELECT
        group_code,
        hospital_level,
        period,
        score,
        reference_fen,
        -- constant inside a run of months without a change, because both numbers grow by one a month
        ROW_NUMBER() OVER (PARTITION BY group_code, hospital_level ORDER BY period)
        - ROW_NUMBER() OVER (PARTITION BY group_code, hospital_level, score, reference_fen ORDER BY period) AS run
    FROM score_months
    WHERE score IS NOT NULL AND reference_fen > 0
)
SELECT
    group_code,
    hospital_level,
    MIN(period) AS first_period,
    MAX(period) AS last_period,
    score AS base_points,
    reference_fen
FROM numbered
GROUP BY group_code, hospital_level, score, reference_fen, run;
