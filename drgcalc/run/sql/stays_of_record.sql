-- grain: one row per settled case of the person, hospital and pool of a settlement id that earns points
CREATE OR REPLACE TEMP TABLE cases AS
SELECT
    c.source_file,
    c.source_row,
    c.settlement_id,
    c.pool,
    c.hospital_id,
    c.person_key,
    c.discharged_on,
    c.decided_on,
    c.total_fee,
    c.is_refund
FROM settled AS c
SEMI JOIN (
    SELECT pool, hospital_id, person_key
    FROM settled
    WHERE settlement_id = $settlement_id
) AS a
    ON c.pool = a.pool AND c.hospital_id = a.hospital_id AND c.person_key = a.person_key
WHERE c.method IS NULL
