-- grain: one record of the part whose view `identities` stands
INSERT INTO records_id_hashes (part, id_hash)
SELECT CAST($part AS INTEGER) AS part, hash(settlement_id, COALESCE(is_refund, FALSE)) AS id_hash
FROM identities
WHERE settlement_id IS NOT NULL
