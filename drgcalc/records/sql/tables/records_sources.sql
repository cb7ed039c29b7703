-- grain: one input file
CREATE OR REPLACE TEMP TABLE records_sources (
    source INTEGER PRIMARY KEY,
    relative VARCHAR,
    sha256 VARCHAR,
    kind VARCHAR,
    encoding VARCHAR,
    header_rows INTEGER,
    data_rows BIGINT
)
