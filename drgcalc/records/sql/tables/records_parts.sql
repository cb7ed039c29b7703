-- grain: one part of a source
CREATE OR REPLACE TEMP TABLE records_parts (
    part INTEGER,
    relative VARCHAR,
    first_row BIGINT,
    data_rows BIGINT,
    is_correction BOOLEAN
)
