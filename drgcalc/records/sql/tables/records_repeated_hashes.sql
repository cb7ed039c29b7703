-- grain: one hash of settlement ids that stands more than once
CREATE OR REPLACE TEMP TABLE records_repeated_hashes (
    id_hash UBIGINT
)
