-- grain: one mask of problems of one part
CREATE OR REPLACE TEMP TABLE records_masks (
    part INTEGER,
    source INTEGER,
    problems UBIGINT,
    records BIGINT
)
