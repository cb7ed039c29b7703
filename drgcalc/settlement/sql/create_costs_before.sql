-- grain: one row per refund line with the cost before it, as a line to be given points
CREATE OR REPLACE TEMP VIEW costs_before AS
SELECT
    source_file,
    source_row,
    hospital_id,
    hospital_level,
    status,
    group_code,
    decided_on,
    CAST(fee_before * 100 AS BIGINT) AS fee_fen
FROM refund_terms;
