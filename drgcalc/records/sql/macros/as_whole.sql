-- grain: one INTEGER per number, NULL when it is not whole
CREATE OR REPLACE TEMP MACRO as_whole(number) AS
    CASE WHEN number = TRY_CAST(number AS INTEGER) THEN TRY_CAST(number AS INTEGER) END
