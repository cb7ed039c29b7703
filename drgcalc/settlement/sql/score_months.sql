-- grain: one row per group and hospital level with grouped cases, and month; in force on the last day of the month
CREATE OR REPLACE TEMP TABLE score_months AS
WITH needed AS (
    SELECT group_code, hospital_level
    FROM cases
    WHERE status = 'grouped'
    GROUP BY group_code, hospital_level
),
months AS (
    SELECT period, LAST_DAY(CAST(period || '-01' AS DATE)) AS last_day
    FROM hospital_terms
    GROUP BY period
),
in_force AS (
    SELECT
        s.group_code,
        COALESCE(s.level, '') AS level,
        m.period,
        COUNT(*) AS rows_in_force,
        MIN(s.score) AS score,
        MIN(s.mean_fee) AS mean_fee
    FROM scores AS s
    JOIN months AS m
        ON m.last_day BETWEEN s.effective_from AND COALESCE(s.effective_to, DATE '9999-12-31')
    GROUP BY s.group_code, COALESCE(s.level, ''), m.period
),
scored AS (
    SELECT
        n.group_code,
        n.hospital_level,
        m.period,
        COALESCE(every.rows_in_force, 0) AS rows_of_every_level,
        COALESCE(own.rows_in_force, 0) AS rows_of_level,
        CASE WHEN $by_level THEN COALESCE(own.score, every.score) ELSE every.score END AS score,
        CASE WHEN $reference = 'same_level_mean' THEN COALESCE(own.mean_fee, every.mean_fee) ELSE every.mean_fee END
            AS mean_fee
    FROM needed AS n
    CROSS JOIN months AS m
    LEFT JOIN in_force AS every -- absent: the group has no score for every level
        ON n.group_code = every.group_code AND m.period = every.period AND every.level = ''
    LEFT JOIN in_force AS own -- absent: the group has no score of that level
        ON n.group_code = own.group_code AND m.period = own.period AND n.hospital_level = own.level AND own.level <> ''
)
SELECT
    group_code,
    hospital_level,
    period,
    rows_of_every_level,
    rows_of_level,
    score,
    CASE
        WHEN $reference = 'standard' -- score × price, half up to the fen
            THEN (CAST(score * 10000 AS HUGEINT) * $standard_price_units + 5000000000) // 10000000000
        ELSE CAST(mean_fee * 100 AS HUGEINT)
    END AS reference_fen
FROM scored;
