-- grain: one record of the part whose view `identities` stands, if it has a settlement id
SELECT hash(settlement_id, COALESCE(is_refund, FALSE)) AS id_hash
FROM identities
WHERE settlement_id IS NOT NULL
