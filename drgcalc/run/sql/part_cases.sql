-- grain: one row per accepted record of the part
SELECT
    checked.settlement_id,
    checked.person_key,
    checked.hospital_id,
    CAST(NULL AS VARCHAR) AS hospital_level,
    checked.pool,
    checked.period,
    checked.discharged_on,
    checked.sex,
    checked.age_years,
    checked.los_days,
    grouped.status,
    grouped.mdc,
    grouped.adrg,
    grouped.group_code,
    grouped.complication,
    checked.total_fee,
    checked.fund_booked,
    checked.patient_paid,
    checked.is_refund,
    CAST(NULL AS DECIMAL(18, 4)) AS base_points,
    CAST(NULL AS DECIMAL(12, 6)) AS coefficient,
    CAST(NULL AS DECIMAL(18, 2)) AS reference_fee,
    CAST(NULL AS VARCHAR) AS segment,
    CAST(NULL AS DECIMAL(18, 4)) AS case_points,
    checked.source_file,
    checked.source_row
FROM checked
INNER JOIN grouped ON grouped.source_row = checked.source_row
ORDER BY checked.source_row
