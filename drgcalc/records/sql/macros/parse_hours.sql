-- grain: one DECIMAL(9,2) of hours per clean cell ("36.5", "2/3/10" or "2天/3小时/10分"), NULL when it spells no duration
CREATE OR REPLACE TEMP MACRO parse_hours(cell) AS
    CASE
        WHEN regexp_full_match(cell, '[0-9]{1,6}([.][0-9]{1,2})?(小时|h|H)?') THEN TRY_CAST(regexp_extract(cell, '^[0-9.]+') AS DECIMAL(9, 2))
        ELSE hours_of_parts(regexp_extract(
            cell, '^(?:([0-9]{1,4})(?:天|/| |$))?/?(?:([0-9]{1,4})(?:小时|时|/|$))?/?(?:([0-9]{1,4})(?:分钟|分|$))?$', ['days', 'hours', 'minutes']
        ))
    END
