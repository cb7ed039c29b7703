-- grain: one row per accepted record of the part, in the order of the file
SELECT
    settlement_id,
    person_key,
    hospital_id,
    pool,
    period,
    decided_on,
    admitted_on,
    discharged_on,
    sex,
    age_years,
    los_days,
    total_fee,
    fund_booked,
    patient_paid,
    treatment_fee,
    is_refund,
    inpatient_type,
    payment_method,
    source_file,
    source_row
FROM checked
WHERE accepted
