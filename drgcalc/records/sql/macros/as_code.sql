-- grain: one text per number that stands for a code: 310 and 310.0 are 310
CREATE OR REPLACE TEMP MACRO as_code(number) AS
    regexp_replace(CAST(number AS VARCHAR), '[.]0$', '')
