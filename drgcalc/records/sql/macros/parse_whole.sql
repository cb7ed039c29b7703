-- grain: one INTEGER per clean cell, NULL when it spells no whole number
CREATE OR REPLACE TEMP MACRO parse_whole(cell) AS
    TRY_CAST(regexp_extract(cell, '^([+-]?[0-9]{1,9})([.]0*)? ?(岁|周岁|天|日|克|g|G)?$', 1) AS INTEGER)
