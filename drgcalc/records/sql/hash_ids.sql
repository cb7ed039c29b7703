-- grain: one row of the part whose view `identities` stands, in order; NULL for one without a settlement id
SELECT CASE WHEN settlement_id IS NOT NULL THEN hash(settlement_id, COALESCE(is_refund, FALSE)) END AS id_hash
FROM identities
