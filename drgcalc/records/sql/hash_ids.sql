-- grain: one record of the part whose view `parsed` stands
INSERT INTO records_id_hashes (id_hash)
SELECT hash(settlement_id, COALESCE(is_refund, FALSE)) AS id_hash
FROM parsed
WHERE settlement_id IS NOT NULL
