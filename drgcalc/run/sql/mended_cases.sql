-- grain: one case that a mended record would be, or one settled case near it; costs above $most are left out
CREATE OR REPLACE TEMP TABLE cases AS
SELECT
    c.source_file,
    c.source_row,
    c.is_mended,
    c.settlement_id,
    c.person_key,
    c.hospital_id,
    c.hospital_level,
    c.pool,
    c.decided_on,
    c.admitted_on,
    c.discharged_on,
    c.status,
    c.group_code,
    c.layer,
    c.grassroots,
    c.tcm,
    c.aux_cci,
    c.aux_severity,
    c.aux_tumour,
    c.aux_age,
    c.aux_icu,
    c.total_fee,
    c.treatment_fee,
    c.los_days,
    c.is_refund,
    c.inpatient_type
FROM chosen AS c
WHERE ABS(c.total_fee) <= COALESCE(CAST($most AS DECIMAL(18, 2)), ABS(c.total_fee))
UNION ALL
SELECT
    n.source_file,
    n.source_row,
    n.is_mended,
    n.settlement_id,
    n.person_key,
    n.hospital_id,
    n.hospital_level,
    n.pool,
    n.decided_on,
    n.admitted_on,
    n.discharged_on,
    n.status,
    n.group_code,
    n.layer,
    n.grassroots,
    n.tcm,
    n.aux_cci,
    n.aux_severity,
    n.aux_tumour,
    n.aux_age,
    n.aux_icu,
    n.total_fee,
    n.treatment_fee,
    n.los_days,
    n.is_refund,
    n.inpatient_type
FROM near AS n
ANTI JOIN chosen AS again
    ON n.source_file = again.source_file AND n.source_row = again.source_row;
