-- grain: one answer per identifier: whether a spreadsheet wrote it as 1.23E+17
CREATE OR REPLACE TEMP MACRO is_rounded(cell) AS
    CASE WHEN contains(cell, '+') THEN regexp_full_match(cell, '[0-9]+([.][0-9]+)?[eE][+][0-9]+') ELSE FALSE END
