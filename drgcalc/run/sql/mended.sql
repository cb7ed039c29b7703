-- grain: one row per record that can be mended: the case that it would be, its points, and what is settled of it now
WITH beside AS (
    SELECT n.pool, n.hospital_id, n.person_key, SUM(p.case_points - n.case_points) AS points
    FROM near AS n
    JOIN cases AS c
        ON n.source_file = c.source_file AND n.source_row = c.source_row AND NOT c.is_mended
    JOIN pointed AS p
        ON n.source_file = p.source_file AND n.source_row = p.source_row
    WHERE p.case_points <> n.case_points
    GROUP BY n.pool, n.hospital_id, n.person_key
),
first_of_person AS (
    SELECT
        c.source_file,
        c.source_row,
        b.points,
        ROW_NUMBER() OVER (PARTITION BY c.pool, c.hospital_id, c.person_key ORDER BY c.source_file, c.source_row) AS place
    FROM cases AS c
    JOIN beside AS b
        ON c.pool = b.pool AND c.hospital_id = b.hospital_id AND c.person_key = b.person_key
    WHERE c.is_mended
)
SELECT
    m.kind,
    m.codes,
    m.pool,
    m.hospital_id,
    m.settlement_id,
    m.source_file AS file,
    m.source_row AS "row",
    m.total_fee,
    m.fund_booked,
    m.patient_paid,
    m.is_refund,
    m.group_now,
    COALESCE(m.rivals, m.group_code) AS group_mended,
    m.proposal,
    COALESCE(
        h.reason,
        r.method,
        CASE
            WHEN c.source_row IS NULL THEN 'too_large'
            WHEN v.source_row IS NOT NULL THEN 'rivals'
            WHEN LIST_CONTAINS(CAST($no_fallback AS VARCHAR[]), m.group_code) THEN 'no_fallback'
            WHEN p.case_points IS NULL THEN 'no_score'
        END
    ) AS hindered,
    p.case_points AS points,
    COALESCE(s.case_points, 0) AS points_now,
    CAST(COALESCE(f.points, 0) AS DECIMAL(18, 4)) AS points_beside,
    COALESCE(g.carries_points, FALSE) AS counts,
    COALESCE(n.carries_points, FALSE) AS counts_now
FROM mended AS m
LEFT JOIN hindered AS h -- absent: nothing keeps it from having points
    ON m.source_file = h.source_file AND m.source_row = h.source_row
LEFT JOIN routed AS r -- absent: it earns points
    ON m.source_file = r.source_file AND m.source_row = r.source_row
LEFT JOIN cases AS c -- absent: hindered, routed, or its cost is too large
    ON m.source_file = c.source_file AND m.source_row = c.source_row
LEFT JOIN pointed AS p -- absent: as for cases
    ON m.source_file = p.source_file AND m.source_row = p.source_row
LEFT JOIN segments AS g -- absent: no points
    ON p.segment = g.name
LEFT JOIN settled_now AS s -- absent: the record is rejected
    ON m.source_file = s.source_file AND m.source_row = s.source_row
LEFT JOIN segments AS n -- absent: it is rejected, or a method pays it
    ON s.segment = n.name
LEFT JOIN first_of_person AS f -- absent: no other stay changes, or another record of the person tells of it
    ON f.place = 1 AND m.source_file = f.source_file AND m.source_row = f.source_row
LEFT JOIN rivals AS v -- absent: one coefficient counts
    ON m.source_file = v.source_file AND m.source_row = v.source_row
ORDER BY m.source_file, m.source_row;
