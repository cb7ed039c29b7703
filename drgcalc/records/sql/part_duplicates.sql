-- grain: one record of the part whose settlement id stands more than once, but the first of identical ones
SELECT source_row, is_identical
FROM records_duplicates
WHERE part = $part
ORDER BY source_row
