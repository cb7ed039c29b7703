-- grain: one DECIMAL(9,2) of hours per days, hours and minutes, rounded half up in whole hundredths; NULL when there is none
CREATE OR REPLACE TEMP MACRO hours_of_parts(parts) AS
    CASE
        WHEN parts.days || parts.hours || parts.minutes <> ''
            THEN CAST(
                (
                    (COALESCE(TRY_CAST(parts.days AS BIGINT), 0) * 24 + COALESCE(TRY_CAST(parts.hours AS BIGINT), 0)) * 100
                    + (COALESCE(TRY_CAST(parts.minutes AS BIGINT), 0) * 100 + 30) // 60
                ) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(9, 2))
    END
