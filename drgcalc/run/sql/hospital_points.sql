-- grain: one row per settled case of a hospital, under all its codes, and pool that earns points
SELECT
    source_file,
    source_row,
    case_points,
    CASE WHEN $all_records OR LIST_CONTAINS($carrying, segment) THEN patient_paid ELSE 0 END AS patient_paid
FROM settled
WHERE pool = $pool AND LIST_CONTAINS($hospitals, hospital_id) AND method IS NULL
ORDER BY source_file, source_row
