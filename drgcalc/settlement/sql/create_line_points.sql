-- grain: one row per line of a table of lines: its terms, and its points half up to 4 decimals (a macro)
CREATE OR REPLACE TEMP MACRO line_points(lines) AS TABLE
SELECT
    c.source_file,
    c.source_row,
    t.base_points,
    CASE WHEN t.coefficient_on_start OR t.coefficient_on_rise THEN h.coefficient END AS coefficient,
    t.reference_fee,
    t.segment,
    CAST(
        CASE
            WHEN t.flat_units IS NOT NULL AND h.coefficient_units <= 100000000
                THEN (2 * t.flat_units * CASE WHEN t.coefficient_on_start THEN h.coefficient_units ELSE 1000000 END + 1000000)
                    // 2000000
            ELSE (
                2 * (
                    t.on_start * CASE WHEN t.coefficient_on_start THEN h.coefficient_units ELSE 1000000 END
                    + t.on_rise * CASE WHEN t.coefficient_on_rise THEN h.coefficient_units ELSE 1000000 END
                    * (CAST(c.fee_fen AS HUGEINT) * 10000 - t.lower_fee)
                )
                + t.divisor
            ) // (2 * t.divisor)
        END AS DECIMAL(18, 0)
    ) * CAST(0.0001 AS DECIMAL(5, 4)) AS points
FROM query_table(lines) AS c
LEFT JOIN point_terms AS t -- absent: the group has no score that day, which missing_scores reports
    ON c.status = t.status
    AND c.group_code IS NOT DISTINCT FROM t.group_code
    AND c.hospital_level IS NOT DISTINCT FROM t.hospital_level
    AND c.decided_on >= t.first_day
    AND c.decided_on <= t.last_day
    AND c.fee_fen >= t.fee_from
    AND c.fee_fen < t.fee_to
LEFT JOIN hospital_terms AS h -- absent: the hospital has no row that day, which missing_hospitals reports
    ON c.hospital_id = h.hospital_id
    AND c.decided_on >= h.first_day
    AND c.decided_on <= h.last_day;
