-- grain: one record of the part that is rejected or dropped
CREATE OR REPLACE TEMP VIEW records_refused AS
SELECT source_row, problems, person_key
FROM checked_rows
WHERE problems & getvariable('records_refusing') <> 0
