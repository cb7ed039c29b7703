-- grain: one answer per identifier: whether it was written as a number: 1.23E+17 by a spreadsheet, 1.23E17 or 123.0 by a program
CREATE OR REPLACE TEMP MACRO is_rounded(cell) AS
    CASE
        WHEN contains(cell, '+') OR contains(cell, '.')
            THEN regexp_full_match(cell, '[0-9]+[eE][+][0-9]+|[0-9]+[.][0-9]+[eE][+]?[0-9]+|[0-9]+[.]0+')
        ELSE FALSE
    END
