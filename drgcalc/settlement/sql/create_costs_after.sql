-- grain: one row per refund line that leaves a cost, with that cost, as a line to be given points
CREATE OR REPLACE TEMP VIEW costs_after AS
SELECT
    source_file,
    source_row,
    hospital_id,
    hospital_level,
    status,
    group_code,
    decided_on,
    CAST(fee_after * 100 AS BIGINT) AS fee_fen
FROM refund_terms
WHERE fee_after > 0;
