-- grain: one record of the part whose hospital is unknown or not in force
UPDATE checked_rows
SET problems = checked_rows.problems | strange.problem
FROM (
    SELECT
        rows_.source_row,
        CASE WHEN hospitals.hospital_id IS NULL THEN CAST($unknown AS UBIGINT) ELSE CAST($not_in_force AS UBIGINT) END AS problem
    FROM (
        SELECT checked_rows.source_row, checked_rows.hospital_id
        FROM checked_rows
        ANTI JOIN records_spans AS spans
            ON spans.hospital_id = checked_rows.hospital_id AND checked_rows.decided_on BETWEEN spans.first_day AND spans.last_day
        WHERE
            checked_rows.hospital_id IS NOT NULL
            AND checked_rows.decided_on IS NOT NULL
            AND checked_rows.problems & CAST($settled AS UBIGINT) = 0
    ) AS rows_
    -- no match: the hospital has no master data
    LEFT JOIN records_hospitals AS hospitals
        ON hospitals.hospital_id = rows_.hospital_id
) AS strange
WHERE strange.source_row = checked_rows.source_row
