-- grain: one row per settled case of a settlement id; a refund line with the terms of the line that it reverses
SELECT
    s.settlement_id,
    s.source_file,
    s.source_row,
    s.hospital_id,
    s.pool,
    s.is_refund,
    s.total_fee,
    s.patient_paid,
    s.method,
    s.points_group,
    s.base_points,
    s.coefficient,
    s.auxiliary_factor,
    s.kept_share,
    s.reference_fee,
    s.segment,
    s.case_points,
    s.review,
    COALESCE(r.is_matched, FALSE) AS is_matched,
    r.fee_before,
    r.fee_after,
    o.settlement_id AS term_id,
    o.source_file AS term_file,
    o.source_row AS term_row,
    o.hospital_id AS term_hospital,
    o.hospital_level AS term_level,
    o.decided_on AS term_day,
    o.status AS term_status,
    o.group_code AS term_group,
    o.layer AS term_layer,
    o.grassroots AS term_grassroots,
    o.los_days AS term_days,
    o.aux_cci,
    o.aux_severity,
    o.aux_tumour,
    o.aux_age,
    o.aux_icu
FROM settled AS s
LEFT JOIN refund_terms AS r -- absent: no refund line, or one of a method beside points
    ON s.source_file = r.source_file AND s.source_row = r.source_row
JOIN settled AS o
    ON COALESCE(r.term_file, s.source_file) = o.source_file AND COALESCE(r.term_row, s.source_row) = o.source_row
WHERE s.settlement_id = $settlement_id
ORDER BY s.is_refund, s.source_file, s.source_row
