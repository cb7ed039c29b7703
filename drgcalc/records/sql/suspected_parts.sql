-- grain: one part with a record whose hash stands more than once
SELECT DISTINCT hashes.part
FROM records_id_hashes AS hashes
INNER JOIN records_repeated_hashes AS repeated
    ON repeated.id_hash = hashes.id_hash
