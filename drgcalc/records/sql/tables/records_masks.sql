-- grain: one mask of problems of one source
CREATE OR REPLACE TEMP TABLE records_masks (
    source INTEGER,
    problems UBIGINT,
    records BIGINT
)
