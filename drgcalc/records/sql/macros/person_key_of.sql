-- grain: one key per person id: 24 hex digits of its salted SHA-256; a marked key is the key itself
CREATE OR REPLACE TEMP MACRO person_key_of(person_id) AS
    CASE
        WHEN starts_with(person_id, 'key:') THEN substr(person_id, 5)
        ELSE left(sha256(getvariable('records_salt') || person_id), 24)
    END
