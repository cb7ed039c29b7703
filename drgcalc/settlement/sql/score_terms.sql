-- grain: one row per group, hospital level and span of days with one score and reference cost
CREATE OR REPLACE TEMP TABLE score_terms AS
WITH needed AS (
    SELECT term_group AS group_code, term_level AS hospital_level
    FROM lines
    WHERE rule = 'grouped'
    GROUP BY term_group, term_level
),
in_force AS (
    SELECT
        n.group_code,
        n.hospital_level,
        COALESCE(s.level, '') <> '' AS is_of_level,
        s.score,
        s.mean_fee,
        s.effective_from AS first_day,
        COALESCE(s.effective_to, DATE '9999-12-30') AS last_day
    FROM needed AS n
    JOIN scores AS s
        ON n.group_code = s.group_code
        AND COALESCE(s.level, '') IN ('', n.hospital_level)
),
changes AS (
    SELECT group_code, hospital_level, first_day
    FROM in_force
    UNION
    SELECT group_code, hospital_level, last_day + 1 AS first_day
    FROM in_force
),
spans AS (
    SELECT
        group_code,
        hospital_level,
        first_day,
        LEAD(first_day - 1, 1, DATE '9999-12-31')
            OVER (PARTITION BY group_code, hospital_level ORDER BY first_day) AS last_day
    FROM changes
),
scored AS (
    SELECT
        p.group_code,
        p.hospital_level,
        p.first_day,
        p.last_day,
        CASE WHEN $by_level THEN COALESCE(own.score, every.score) ELSE every.score END AS score,
        CASE WHEN $reference = 'same_level_mean' THEN COALESCE(own.mean_fee, every.mean_fee) ELSE every.mean_fee END
            AS mean_fee
    FROM spans AS p
    LEFT JOIN in_force AS every -- absent: the group has no score for every level in these days
        ON p.group_code = every.group_code
        AND p.hospital_level IS NOT DISTINCT FROM every.hospital_level
        AND NOT every.is_of_level
        AND p.first_day BETWEEN every.first_day AND every.last_day
    LEFT JOIN in_force AS own -- absent: the group has no score of that level in these days
        ON p.group_code = own.group_code
        AND p.hospital_level IS NOT DISTINCT FROM own.hospital_level
        AND own.is_of_level
        AND p.first_day BETWEEN own.first_day AND own.last_day
),
referred AS (
    SELECT
        group_code,
        hospital_level,
        first_day,
        last_day,
        score AS base_points,
        CASE
            WHEN $reference = 'standard' -- score × price, half up to the fen
                THEN (CAST(score * 10000 AS HUGEINT) * $standard_price_units + 5000000000) // 10000000000
            ELSE CAST(mean_fee * 100 AS HUGEINT)
        END AS reference_fen
    FROM scored
)
SELECT group_code, hospital_level, first_day, last_day, base_points, reference_fen
FROM referred
WHERE base_points IS NOT NULL AND reference_fen > 0;
