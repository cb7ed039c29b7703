-- grain: one case that a mended record would be, of those that would have points
-- Where it is not certain whose record it is, its ids stand for nobody else: it meets no other case.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT
    m.source_file,
    m.source_row,
    TRUE AS is_mended,
    CASE WHEN m.is_alone THEN 'alone ' || m.source_file || ' ' || m.source_row ELSE m.settlement_id END AS settlement_id,
    CASE WHEN m.is_alone THEN 'alone ' || m.source_file || ' ' || m.source_row ELSE m.person_key END AS person_key,
    m.hospital_id,
    m.hospital_level,
    m.pool,
    m.decided_on,
    m.admitted_on,
    m.discharged_on,
    m.status,
    m.group_code,
    m.layer,
    m.grassroots,
    m.tcm,
    m.aux_cci,
    m.aux_severity,
    m.aux_tumour,
    m.aux_age,
    m.aux_icu,
    m.total_fee,
    m.treatment_fee,
    m.los_days,
    m.is_refund,
    m.inpatient_type
FROM (
    SELECT
        source_file,
        source_row,
        LIST_HAS_ANY(STRING_SPLIT(codes, '|'), CAST($alone AS VARCHAR[])) OR person_key IS NULL AS is_alone,
        settlement_id,
        person_key,
        hospital_id,
        hospital_level,
        pool,
        decided_on,
        admitted_on,
        discharged_on,
        status,
        group_code,
        layer,
        grassroots,
        tcm,
        aux_cci,
        aux_severity,
        aux_tumour,
        aux_age,
        aux_icu,
        total_fee,
        treatment_fee,
        los_days,
        is_refund,
        inpatient_type
    FROM mended
) AS m
ANTI JOIN hindered AS h
    ON m.source_file = h.source_file AND m.source_row = h.source_row
ANTI JOIN routed AS r
    ON m.source_file = r.source_file AND m.source_row = r.source_row;
