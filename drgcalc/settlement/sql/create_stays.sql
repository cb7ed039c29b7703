-- grain: one row per case that is no refund line, as a line to be given points
CREATE OR REPLACE TEMP VIEW stays AS
SELECT
    source_file,
    source_row,
    hospital_id,
    hospital_level,
    status,
    group_code,
    decided_on,
    CAST(total_fee * 100 AS BIGINT) AS fee_fen
FROM cases
WHERE NOT is_refund;
