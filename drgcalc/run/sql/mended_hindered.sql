-- grain: one row per record that can be mended and whose points are not known, with the first reason
CREATE OR REPLACE TEMP TABLE hindered AS
SELECT m.source_file, m.source_row, ARG_MIN(h.reason, h.place) AS reason
FROM (
    SELECT
        source_file,
        source_row,
        UNNEST(
            LIST_CONCAT(
                STRING_SPLIT(codes, '|'),
                [
                    CASE WHEN pool IS NULL THEN 'pool' END,
                    CASE WHEN hospital_level IS NULL THEN 'hospital_level' END,
                    CASE WHEN decided_on IS NULL THEN 'decided_on' END,
                    CASE WHEN total_fee IS NULL THEN 'total_fee' END,
                    CASE WHEN rivals IS NOT NULL THEN 'group' END
                ]
            )
        ) AS shown
    FROM mended
) AS m
JOIN hindrances AS h
    ON m.shown = h.shown
GROUP BY m.source_file, m.source_row;
