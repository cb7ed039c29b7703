-- grain: one row of a file of corrections, with the cells that name what it replaces
CREATE OR REPLACE TEMP TABLE records_corrections (
    part INTEGER,
    source_row BIGINT,
    old_file VARCHAR,
    old_row VARCHAR
)
