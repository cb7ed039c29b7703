-- grain: one settled case of such a person that earns points
CREATE OR REPLACE TEMP TABLE near AS
SELECT
    s.source_file,
    s.source_row,
    FALSE AS is_mended,
    s.settlement_id,
    s.person_key,
    s.hospital_id,
    s.hospital_level,
    s.pool,
    s.decided_on,
    s.admitted_on,
    s.discharged_on,
    s.status,
    s.group_code,
    s.layer,
    s.grassroots,
    s.tcm,
    s.aux_cci,
    s.aux_severity,
    s.aux_tumour,
    s.aux_age,
    s.aux_icu,
    s.total_fee,
    s.treatment_fee,
    s.los_days,
    s.is_refund,
    s.inpatient_type,
    s.segment,
    s.case_points
FROM settled AS s
SEMI JOIN persons AS p
    ON s.person_key = p.person_key AND s.hospital_id = p.hospital_id
WHERE s.method IS NULL;
