-- grain: one record with a malformed code, or with a blank one where the principal diagnosis or the main procedure belongs
UPDATE checked_rows
SET problems = checked_rows.problems | marks.problems
FROM (
    SELECT source_row, bit_or(problem) AS problems
    FROM (
        SELECT
            listed.source_row,
            CASE
                WHEN book.code IS NULL AND listed.place = 1 THEN CAST($no_principal AS UBIGINT)
                WHEN book.code IS NULL THEN CAST(0 AS UBIGINT)
                WHEN listed.place = 1 THEN CAST($principal AS UBIGINT)
                ELSE CAST($other AS UBIGINT)
            END AS problem
        FROM (
            SELECT source_row, unnest(diagnoses) AS raw, generate_subscripts(diagnoses, 1) AS place
            FROM checked
        ) AS listed
        INNER JOIN code_book AS book
            ON book.kind = 'DI' AND book.raw = listed.raw AND (book.code IS NULL OR NOT book.well_formed)
        UNION ALL
        SELECT
            listed.source_row,
            CASE
                WHEN book.code IS NULL AND listed.place = 1 AND listed.places > 1 THEN CAST($no_main AS UBIGINT)
                WHEN book.code IS NULL THEN CAST(0 AS UBIGINT)
                ELSE CAST($procedure AS UBIGINT)
            END AS problem
        FROM (
            SELECT source_row, unnest(procedures) AS raw, generate_subscripts(procedures, 1) AS place, len(procedures) AS places
            FROM checked
        ) AS listed
        INNER JOIN code_book AS book
            ON book.kind = 'OP' AND book.raw = listed.raw AND (book.code IS NULL OR NOT book.well_formed)
    ) AS marked
    GROUP BY source_row
) AS marks
WHERE checked_rows.source_row = marks.source_row
    AND checked_rows.problems & CAST($settled AS UBIGINT) = 0
