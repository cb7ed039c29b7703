-- grain: one finding on a file as a whole
CREATE OR REPLACE TEMP TABLE records_file_findings (
    code VARCHAR,
    severity VARCHAR,
    file VARCHAR,
    "row" BIGINT,
    record_id VARCHAR,
    field VARCHAR,
    value VARCHAR,
    message VARCHAR,
    hint VARCHAR
)
