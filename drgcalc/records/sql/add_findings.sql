-- grain: one record of the part with the asked problem
INSERT INTO records_findings (part, source, source_row, bit, record_id, value)
SELECT
    CAST($part AS INTEGER) AS part,
    CAST($source AS INTEGER) AS source,
    checked_rows.source_row,
    CAST($bit AS UBIGINT) AS bit,
    COALESCE(checked_rows.settlement_id, '') AS record_id,
    COALESCE(cells.cell, '') AS value
FROM checked_rows
-- no match: the check shows no cell
LEFT JOIN records_cells AS cells
    ON cells.source_row = checked_rows.source_row
WHERE checked_rows.problems & CAST($bit AS UBIGINT) <> 0
