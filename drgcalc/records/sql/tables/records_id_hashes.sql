-- grain: one record
CREATE OR REPLACE TEMP TABLE records_id_hashes (
    id_hash UBIGINT
)
