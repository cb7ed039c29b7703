-- grain: one hash that stands more than once, of one slice of all hashes
INSERT INTO records_repeated_hashes (id_hash)
SELECT id_hash
FROM records_id_hashes
WHERE id_hash % $slices = $slice
GROUP BY id_hash
HAVING count(*) > 1
