-- grain: one answer per code of a list: whether it stands for nothing
CREATE OR REPLACE TEMP MACRO is_blank_code(code) AS
    code IS NULL OR trim(code) IN ('', '-')
