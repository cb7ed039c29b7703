-- grain: one DECIMAL(9,2) of hours per number of hours, NULL when it is out of range
CREATE OR REPLACE TEMP MACRO as_hours(number) AS
    CASE WHEN number >= 0 THEN TRY_CAST(number AS DECIMAL(9, 2)) END
