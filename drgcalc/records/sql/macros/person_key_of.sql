-- grain: one key per person id: 24 hex digits of its salted SHA-256
CREATE OR REPLACE TEMP MACRO person_key_of(person_id) AS
    left(sha256(getvariable('records_salt') || person_id), 24)
