-- grain: one answer per cell: whether it is plain ASCII that cleaning would not change and that is no rounded number
CREATE OR REPLACE TEMP MACRO is_plain(cell) AS
    regexp_full_match(cell, '[0-9A-MO-Za-mo-z][!-*,-~]*')
