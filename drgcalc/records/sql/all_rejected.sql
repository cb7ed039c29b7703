-- grain: one record that is rejected or dropped, with its cells as delivered
SELECT
    sources.relative AS source_file,
    rejected.source_row,
    reasons.reasons,
    rejected.person_key,
    rejected.settlement_id,
    rejected.encounter_id,
    rejected.record_no,
    rejected.hospital_id,
    rejected.hospital_level,
    rejected.pool,
    rejected.insured_region,
    rejected.sex,
    rejected.birth_date,
    rejected.age_years,
    rejected.age_days,
    rejected.birth_weight_g,
    rejected.admission_weight_g,
    rejected.admitted_on,
    rejected.discharged_on,
    rejected.settled_on,
    rejected.los_days,
    rejected.department,
    rejected.discharge_mode,
    rejected.readmission_planned,
    rejected.ventilator_hours,
    rejected.icu_hours,
    rejected.inpatient_type,
    rejected.payment_method,
    rejected.diagnoses,
    rejected.procedures,
    rejected.total_fee,
    rejected.fund_booked,
    rejected.patient_paid,
    rejected.drug_fee,
    rejected.consumable_fee,
    rejected.treatment_fee,
    rejected.is_refund
FROM records_rejected AS rejected
INNER JOIN records_reasons AS reasons
    ON reasons.problems = rejected.problems
INNER JOIN records_sources AS sources
    ON sources.source = rejected.source
ORDER BY rejected.source, rejected.source_row
