-- grain: one record of the part whose settlement id stands more than once
UPDATE checked_rows
SET problems = CASE WHEN duplicates.is_identical THEN CAST($identical AS UBIGINT) ELSE checked_rows.problems | CAST($differing AS UBIGINT) END
FROM records_duplicates AS duplicates
WHERE
    duplicates.part = $part
    AND duplicates.source_row = checked_rows.source_row
    AND checked_rows.problems & CAST($outside AS UBIGINT) = 0
