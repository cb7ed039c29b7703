-- grain: one case that a mended record would be, or one settled case of the same person in the same hospital
-- Where it is not certain whose record it is, its ids stand for nobody else: it meets no other case.
CREATE OR REPLACE TEMP TABLE cases AS
WITH chosen AS (
    SELECT
        m.source_file,
        m.source_row,
        LIST_HAS_ANY(STRING_SPLIT(m.codes, '|'), CAST($alone AS VARCHAR[])) OR m.person_key IS NULL AS is_alone,
        m.settlement_id,
        m.person_key,
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
    FROM mended AS m
    ANTI JOIN hindered AS h
        ON m.source_file = h.source_file AND m.source_row = h.source_row
    ANTI JOIN routed AS r
        ON m.source_file = r.source_file AND m.source_row = r.source_row
    WHERE ABS(m.total_fee) <= COALESCE(CAST($most AS DECIMAL(18, 2)), ABS(m.total_fee))
)
SELECT
    c.source_file,
    c.source_row,
    CASE WHEN c.is_alone THEN 'alone ' || c.source_file || ' ' || c.source_row ELSE c.settlement_id END AS settlement_id,
    CASE WHEN c.is_alone THEN 'alone ' || c.source_file || ' ' || c.source_row ELSE c.person_key END AS person_key,
    TRUE AS is_mended,
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
UNION ALL
SELECT
    s.source_file,
    s.source_row,
    s.settlement_id,
    s.person_key,
    FALSE AS is_mended,
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
    s.inpatient_type
FROM settled AS s
SEMI JOIN chosen AS c
    ON s.person_key = c.person_key AND s.hospital_id = c.hospital_id AND NOT c.is_alone
ANTI JOIN chosen AS again
    ON s.source_file = again.source_file AND s.source_row = again.source_row
WHERE s.method IS NULL;
