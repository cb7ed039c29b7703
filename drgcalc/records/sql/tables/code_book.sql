-- grain: one distinct raw code
CREATE OR REPLACE TEMP TABLE code_book (
    kind VARCHAR,
    raw VARCHAR,
    code VARCHAR,
    well_formed BOOLEAN,
    proposal VARCHAR
)
