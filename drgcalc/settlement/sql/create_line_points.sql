-- grain: one row per line of a table of lines: its terms, and its points half up to 4 decimals (a macro)
CREATE OR REPLACE TEMP MACRO line_points(lines) AS TABLE
SELECT
    c.source_file,
    c.source_row,
    c.is_left,
    CASE WHEN c.points_group <> c.group_code THEN c.points_group END AS points_group,
    t.base_points,
    CASE
        WHEN NOT t.coefficient_on_start AND NOT t.coefficient_on_rise THEN NULL
        WHEN c.is_plain THEN CAST(1 AS DECIMAL(12, 6))
        ELSE h.coefficient
    END AS coefficient,
    CAST(a.factor AS DECIMAL(12, 6)) AS auxiliary_factor,
    CASE
        WHEN c.kept_units < 10000 THEN CAST(CAST(c.kept_units AS DECIMAL(5, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(5, 4))
    END AS kept_share,
    t.reference_fee,
    t.segment,
    CASE
        WHEN c.decision IS NOT NULL THEN 'special_' || c.decision
        WHEN t.flag <> '' THEN t.flag
        WHEN s.group_code IS NOT NULL THEN 'small_group'
    END AS review,
    CAST(
        CASE
            WHEN t.flat_units IS NOT NULL AND COALESCE(h.coefficient_units, 0) <= 100000000 AND c.kept_units = 10000 AND a.factor IS NULL
                THEN (
                    2 * t.flat_units
                    * CASE
                        WHEN t.coefficient_on_start AND NOT c.is_plain THEN COALESCE(h.coefficient_units, 1000000)
                        ELSE 1000000
                    END
                    + 1000000
                ) // 2000000
            ELSE (
                2 * COALESCE(a.factor_over, 1) * (c.kept_units // GCD(c.kept_units, 10000)) * (
                    t.on_start
                    * CASE
                        WHEN t.coefficient_on_start AND NOT c.is_plain THEN COALESCE(h.coefficient_units, 1000000)
                        ELSE 1000000
                    END
                    + t.on_rise
                    * CASE
                        WHEN t.coefficient_on_rise AND NOT c.is_plain THEN COALESCE(h.coefficient_units, 1000000)
                        ELSE 1000000
                    END
                    * (CAST(c.quantity AS HUGEINT) * 10000 - t.lower_fee)
                )
                + COALESCE(a.factor_under, 1) * (10000 // GCD(c.kept_units, 10000)) * t.divisor
            ) // (2 * COALESCE(a.factor_under, 1) * (10000 // GCD(c.kept_units, 10000)) * t.divisor)
        END AS DECIMAL(18, 0)
    ) * CAST(0.0001 AS DECIMAL(5, 4)) AS points
FROM query_table(lines) AS c
LEFT JOIN point_terms AS t -- absent: the group has no score that day, which missing_scores reports
    ON c.rule = t.rule
    AND c.term_group IS NOT DISTINCT FROM t.group_code
    AND c.term_level IS NOT DISTINCT FROM t.hospital_level
    AND c.term_layer IS NOT DISTINCT FROM t.layer
    AND c.decided_on >= t.first_day
    AND c.decided_on <= t.last_day
    AND c.quantity >= t.quantity_from
    AND c.quantity < t.quantity_to
LEFT JOIN coefficient_terms AS h -- absent: no coefficient is meant, which counts as 1
    ON c.hospital_id = h.hospital_id
    AND c.coefficient_level IS NOT DISTINCT FROM h.coefficient_level
    AND c.coefficient_group IS NOT DISTINCT FROM h.coefficient_group
    AND c.coefficient_pool IS NOT DISTINCT FROM h.coefficient_pool
    AND c.decided_on >= h.first_day
    AND c.decided_on <= h.last_day
LEFT JOIN auxiliary_terms AS a -- absent: no part of the auxiliary directory that has a factor
    ON c.term_group = a.term_group
    AND c.aux_cci IS NOT DISTINCT FROM a.aux_cci
    AND c.aux_severity IS NOT DISTINCT FROM a.aux_severity
    AND c.aux_tumour IS NOT DISTINCT FROM a.aux_tumour
    AND c.aux_age IS NOT DISTINCT FROM a.aux_age
    AND c.aux_icu IS NOT DISTINCT FROM a.aux_icu
    AND c.decided_on >= a.first_day
    AND c.decided_on <= a.last_day
LEFT JOIN small_groups AS s -- absent: the group has stays enough
    ON c.term_group = s.group_code;
