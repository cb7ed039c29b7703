-- grain: one row per case, all columns of CASES in order; points half up to 4 decimals, a refund's negative
SELECT
    c.settlement_id,
    c.person_key,
    c.hospital_id,
    c.hospital_level,
    c.pool,
    c.period,
    c.discharged_on,
    c.sex,
    c.age_years,
    c.los_days,
    c.status,
    c.mdc,
    c.adrg,
    c.group_code,
    c.complication,
    c.total_fee,
    c.fund_booked,
    c.patient_paid,
    c.is_refund,
    t.base_points,
    CASE WHEN t.coefficient_on_start OR t.coefficient_on_rise THEN h.coefficient END AS coefficient,
    t.reference_fee,
    t.segment,
    CAST(
        CASE
            WHEN t.flat_units IS NOT NULL
                THEN (2 * t.flat_units * CASE WHEN t.coefficient_on_start THEN h.coefficient_units ELSE 1000000 END + 1000000)
                    // 2000000
            ELSE CAST(
                (
                    2 * (
                        t.on_start * CASE WHEN t.coefficient_on_start THEN h.coefficient_units ELSE 1000000 END
                        + t.on_rise * CASE WHEN t.coefficient_on_rise THEN h.coefficient_units ELSE 1000000 END
                        * (CAST(ABS(c.total_fee) * 100 AS BIGINT) * 10000 - t.lower_fee)
                    )
                    + t.divisor
                ) // (2 * t.divisor) AS BIGINT
            )
        END * CASE WHEN c.is_refund THEN -1 ELSE 1 END AS DECIMAL(18, 0)
    ) * CAST(0.0001 AS DECIMAL(5, 4)) AS case_points,
    c.source_file,
    c.source_row
FROM cases AS c
LEFT JOIN point_terms AS t -- absent: the group has no score, which missing_scores reports
    ON c.status = t.status
    AND c.group_code IS NOT DISTINCT FROM t.group_code
    AND c.hospital_level IS NOT DISTINCT FROM t.hospital_level
    AND c.period >= t.first_period
    AND c.period <= t.last_period
    AND CAST(ABS(c.total_fee) * 100 AS BIGINT) >= t.fee_from
    AND CAST(ABS(c.total_fee) * 100 AS BIGINT) < t.fee_to
LEFT JOIN hospital_terms AS h -- absent: never, every hospital and month of a case is a row
    ON c.hospital_id = h.hospital_id
    AND c.period = h.period;
