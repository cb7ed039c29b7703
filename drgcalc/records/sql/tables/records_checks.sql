-- grain: one check on records
CREATE OR REPLACE TEMP TABLE records_checks (
    bit UBIGINT PRIMARY KEY,
    code VARCHAR,
    severity VARCHAR,
    field VARCHAR,
    message VARCHAR,
    hint VARCHAR
)
