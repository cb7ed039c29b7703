-- grain: one record with a problem in its codes
UPDATE checked_rows
SET problems = checked_rows.problems | marks.problems
FROM (
    SELECT source_row, BIT_OR(problem) AS problems
    FROM records_code_problems
    GROUP BY source_row
) AS marks
WHERE checked_rows.source_row = marks.source_row
    AND checked_rows.problems & CAST($settled AS UBIGINT) = 0
