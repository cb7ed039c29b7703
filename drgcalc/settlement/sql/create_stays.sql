-- grain: one row per case that is no refund line, as a line to be given points
CREATE OR REPLACE TEMP VIEW stays AS
SELECT
    source_file,
    source_row,
    hospital_id,
    decided_on,
    points_group,
    group_code,
    rule,
    decision,
    term_group,
    term_level,
    term_layer,
    coefficient_level,
    coefficient_group,
    coefficient_pool,
    is_plain,
    aux_cci,
    aux_severity,
    aux_tumour,
    aux_age,
    aux_icu,
    kept_units,
    FALSE AS is_left,
    quantity
FROM lines
WHERE NOT is_refund;
