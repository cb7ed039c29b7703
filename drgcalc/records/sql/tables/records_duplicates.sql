-- grain: one problem of a record that stands more than once, is replaced, or replaces
CREATE OR REPLACE TEMP TABLE records_duplicates (
    part INTEGER,
    source_row BIGINT,
    problem UBIGINT
)
