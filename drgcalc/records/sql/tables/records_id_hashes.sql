-- grain: one record
CREATE OR REPLACE TEMP TABLE records_id_hashes (
    part INTEGER,
    id_hash UBIGINT
)
