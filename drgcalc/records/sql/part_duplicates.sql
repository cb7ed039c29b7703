-- grain: one record of the part that stands more than once, is replaced, or replaces
SELECT source_row, BIT_OR(problem) AS problems
FROM records_duplicates
WHERE part = $part
GROUP BY source_row
ORDER BY source_row
