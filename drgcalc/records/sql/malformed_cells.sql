-- grain: one record of the part with codes that have the asked problem
CREATE OR REPLACE VIEW records_cells AS
SELECT source_row, cell
FROM records_code_problems
WHERE problem = getvariable('records_problem')
