-- grain: one row per accepted record of the part: where the scheme put it
CREATE OR REPLACE TEMP TABLE grouped AS
SELECT source_row, status, mdc, adrg, group_code, complication
FROM answered
