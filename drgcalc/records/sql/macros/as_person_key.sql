-- grain: one marked key per cell that holds a person's key instead of the id (files of rejected records do); NULL when it is none
CREATE OR REPLACE TEMP MACRO as_person_key(cell) AS
    CASE WHEN regexp_full_match(trim(cell), '[0-9a-f]{24}') THEN 'key:' || trim(cell) END
