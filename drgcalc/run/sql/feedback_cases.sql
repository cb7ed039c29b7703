-- grain: one row per case with one of these settlement ids that is no refund line
SELECT
    settlement_id,
    hospital_id,
    pool,
    status,
    group_code
FROM cases
WHERE NOT is_refund AND LIST_CONTAINS($ids, settlement_id)
ORDER BY settlement_id, source_file, source_row
