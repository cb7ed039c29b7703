-- grain: one row per score term, layer and segment, and one row per status or rule without segments
-- A line of a quantity in [fee_from, fee_to) has (on_start × c + on_rise × c × (quantity × 10^4 − lower_fee)) ÷ divisor
-- units of 10^-4 points, c being the coefficient × 10^6, or 10^6 where it does not apply: one integer division, nothing
-- rounded before it. The numbers are divided by what they have in common, so that great costs fit. Where the cost does
-- not matter that is flat_units × c ÷ 10^6, in small integers.
CREATE OR REPLACE TEMP TABLE point_terms AS
WITH spread AS (
    SELECT
        g.status AS rule,
        t.group_code,
        t.hospital_level,
        g.layer,
        t.first_day,
        t.last_day,
        t.base_points,
        CAST(t.base_points * 10000 AS HUGEINT) AS score_units,
        t.reference_fen,
        g.name,
        g.flag,
        g.by_cost,
        g.lower_units * t.reference_fen AS lower_fee,
        g.upper_units * t.reference_fen AS upper_fee,
        g.lower_inclusive,
        g.upper_inclusive,
        g.start_units,
        g.slope_units,
        g.coefficient_on_start,
        g.coefficient_on_rise
    FROM score_terms AS t
    CROSS JOIN segments AS g
    WHERE g.status = 'grouped'
    UNION ALL
    SELECT
        status AS rule,
        NULL AS group_code,
        NULL AS hospital_level,
        NULL AS layer,
        DATE '0001-01-01' AS first_day,
        DATE '9999-12-31' AS last_day,
        base_points,
        COALESCE(CAST(base_points * 10000 AS HUGEINT), 0) AS score_units,
        COALESCE(CAST(reference_fee * 100 AS HUGEINT), 1) AS reference_fen,
        name,
        flag,
        by_cost,
        0 AS lower_fee,
        NULL AS upper_fee,
        lower_inclusive,
        upper_inclusive,
        start_units,
        slope_units,
        coefficient_on_start,
        coefficient_on_rise
    FROM segments
    WHERE status <> 'grouped'
),
scaled AS (
    SELECT
        rule,
        group_code,
        hospital_level,
        layer,
        first_day,
        last_day,
        base_points,
        score_units,
        reference_fen,
        name,
        flag,
        by_cost,
        lower_fee,
        upper_fee,
        lower_inclusive,
        upper_inclusive,
        start_units,
        slope_units,
        coefficient_on_start,
        coefficient_on_rise,
        score_units * start_units * reference_fen * 10000 AS on_start,
        score_units * slope_units AS on_rise,
        reference_fen * 100000000000000 AS divisor,
        GCD(GCD(score_units * start_units * reference_fen * 10000, score_units * slope_units), divisor) AS common
    FROM spread
)
SELECT
    rule,
    group_code,
    hospital_level,
    layer,
    first_day,
    last_day,
    base_points,
    CASE WHEN base_points IS NOT NULL AND by_cost THEN CAST(reference_fen AS DECIMAL(16, 0)) * CAST(0.01 AS DECIMAL(3, 2)) END
        AS reference_fee,
    name AS segment,
    flag,
    CAST(CASE WHEN lower_inclusive THEN (lower_fee + 9999) // 10000 ELSE lower_fee // 10000 + 1 END AS BIGINT) AS quantity_from,
    CAST(
        CASE
            WHEN upper_fee IS NULL THEN 9223372036854775807
            WHEN upper_inclusive THEN upper_fee // 10000 + 1
            ELSE (upper_fee + 9999) // 10000
        END AS BIGINT
    ) AS quantity_to,
    coefficient_on_start,
    coefficient_on_rise,
    CASE
        WHEN slope_units = 0 AND (score_units * start_units) % 10000 = 0 AND score_units * start_units < 10000000000000
            THEN CAST(score_units * start_units // 10000 AS BIGINT)
    END AS flat_units,
    on_start // common AS on_start,
    on_rise // common AS on_rise,
    lower_fee,
    divisor // common AS divisor
FROM scaled;
