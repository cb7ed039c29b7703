-- grain: one record whose settlement id stands more than once, but the first of identical ones
CREATE OR REPLACE TEMP TABLE records_duplicates (
    part INTEGER,
    source_row BIGINT,
    is_identical BOOLEAN
)
