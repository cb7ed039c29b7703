-- grain: one DATE per set of parts that a pattern cut out of a cell, NULL when there is no such day
CREATE OR REPLACE TEMP MACRO date_of_parts(parts) AS
    CASE
        WHEN parts.utc = '' AND parts.sign = '' THEN TRY_CAST(parts.year || '-' || parts.month || '-' || parts.day AS DATE)
        ELSE CAST(
            TRY_CAST(parts.year || '-' || parts.month || '-' || parts.day AS DATE)
            + to_minutes(
                CAST(480 + 60 * CAST(parts.hour AS INTEGER) + CAST(parts.minute AS INTEGER)
                - CASE WHEN parts.sign = '-' THEN -1 ELSE 1 END
                * (60 * COALESCE(TRY_CAST(parts.offset_hours AS INTEGER), 0) + COALESCE(TRY_CAST(parts.offset_minutes AS INTEGER), 0))
                AS BIGINT)
            ) AS DATE)
    END
