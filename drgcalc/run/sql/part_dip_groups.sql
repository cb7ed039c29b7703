-- grain: one row per accepted record of the part, in the order of the file
SELECT
    grouped.source_row,
    hospitals.level AS hospital_level,
    grouped.status,
    grouped.mdc,
    grouped.adrg,
    grouped.group_code,
    grouped.complication,
    grouped.layer,
    grouped.treatment_kind,
    grouped.grassroots,
    grouped.tcm,
    grouped.tied_with,
    grouped.aux_cci,
    grouped.aux_severity,
    grouped.aux_tumour,
    grouped.aux_age,
    grouped.aux_icu
FROM grouped
INNER JOIN checked ON checked.source_row = grouped.source_row
LEFT JOIN hospitals -- absent: the hospital is not in hospitals.csv, which the settlement refuses
    ON hospitals.hospital_id = checked.hospital_id
    AND hospitals.effective_from <= checked.decided_on
    AND COALESCE(hospitals.effective_to, DATE '9999-12-31') >= checked.decided_on
ORDER BY grouped.source_row
