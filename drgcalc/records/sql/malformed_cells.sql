-- grain: one record of the part with malformed codes of the asked kind (principal, other or procedure)
CREATE OR REPLACE TEMP VIEW records_cells AS
SELECT
    listed.source_row,
    string_agg(book.raw || CASE WHEN book.proposal = '' THEN '' ELSE ' (' || book.proposal || '?)' END, ', ' ORDER BY listed.place) AS cell
FROM (
    SELECT
        source_row,
        unnest(diagnoses) AS raw,
        'DI' AS kind,
        generate_subscripts(diagnoses, 1) AS place,
        CASE WHEN place = 1 THEN 'principal' ELSE 'other' END AS role
    FROM checked
    UNION ALL
    SELECT source_row, unnest(procedures) AS raw, 'OP' AS kind, generate_subscripts(procedures, 1) AS place, 'procedure' AS role
    FROM checked
) AS listed
INNER JOIN code_book AS book
    ON book.kind = listed.kind AND book.raw = listed.raw AND NOT book.well_formed
WHERE listed.role = getvariable('records_role')
GROUP BY listed.source_row
