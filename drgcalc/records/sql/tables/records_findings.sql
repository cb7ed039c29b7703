-- grain: one finding on one record
CREATE OR REPLACE TEMP TABLE records_findings (
    part INTEGER,
    source INTEGER,
    source_row BIGINT,
    bit UBIGINT,
    record_id VARCHAR,
    value VARCHAR
)
