-- grain: one record that is replaced, and one correction that names no row it may replace
INSERT INTO records_duplicates (part, source_row, problem)
WITH cells AS (
    SELECT
        part,
        source_row,
        clean_text(old_file) AS old_file,
        clean_text(old_row) AS old_cell,
        TRY_CAST(regexp_extract(clean_text(old_row), '^([0-9]{1,15})([.]0*)?$', 1) AS BIGINT) AS old_row
    FROM records_corrections
),
named AS (
    SELECT part, source_row, old_file, old_row, count(*) OVER (PARTITION BY old_file, old_row) AS claims
    FROM cells
    WHERE old_file IS NOT NULL OR old_cell IS NOT NULL
),
found AS (
    SELECT
        named.part,
        named.source_row,
        old.part AS old_part,
        named.old_row,
        named.claims
    FROM named
    INNER JOIN records_parts AS own
        ON own.part = named.part
    -- no match: there is no such row, or it may not be replaced by this file
    LEFT JOIN records_parts AS old
        ON old.relative = named.old_file
        AND named.old_row BETWEEN old.first_row AND old.first_row + old.data_rows - 1
        AND (NOT old.is_correction OR old.relative < own.relative)
)
SELECT old_part AS part, old_row AS source_row, CAST($replaced AS UBIGINT) AS problem
FROM found
WHERE old_part IS NOT NULL AND claims = 1
UNION ALL
SELECT part, source_row, CAST($misnamed AS UBIGINT) AS problem
FROM found
WHERE old_part IS NULL OR claims > 1
