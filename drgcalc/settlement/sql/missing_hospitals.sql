-- grain: one row per hospital with cases on days on which no row of it is in force
SELECT
    c.hospital_id,
    SUM(c.cases) AS cases,
    MIN(c.decided_on) AS first_day,
    MAX(c.decided_on) AS last_day
FROM (
    SELECT hospital_id, decided_on, COUNT(*) AS cases
    FROM cases
    GROUP BY hospital_id, decided_on
) AS c
ANTI JOIN hospital_terms AS h
    ON c.hospital_id = h.hospital_id
    AND c.decided_on >= h.first_day
    AND c.decided_on <= h.last_day
GROUP BY c.hospital_id
ORDER BY c.hospital_id;
