-- grain: one record with a malformed code
UPDATE checked_rows
SET problems = checked_rows.problems | marks.problems
FROM (
    SELECT source_row, bit_or(problem) AS problems
    FROM (
        SELECT listed.source_row, CASE WHEN listed.place = 1 THEN CAST($principal AS UBIGINT) ELSE CAST($other AS UBIGINT) END AS problem
        FROM (
            SELECT source_row, unnest(diagnoses) AS raw, generate_subscripts(diagnoses, 1) AS place
            FROM checked
        ) AS listed
        SEMI JOIN (SELECT raw FROM code_book WHERE kind = 'DI' AND NOT well_formed) AS malformed
            ON malformed.raw = listed.raw
        UNION ALL
        SELECT listed.source_row, CAST($procedure AS UBIGINT) AS problem
        FROM (
            SELECT source_row, unnest(procedures) AS raw
            FROM checked
        ) AS listed
        SEMI JOIN (SELECT raw FROM code_book WHERE kind = 'OP' AND NOT well_formed) AS malformed
            ON malformed.raw = listed.raw
    ) AS marked
    GROUP BY source_row
) AS marks
WHERE checked_rows.source_row = marks.source_row
    AND checked_rows.problems & CAST($settled AS UBIGINT) = 0
