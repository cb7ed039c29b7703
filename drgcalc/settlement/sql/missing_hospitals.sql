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
ANTI JOIN hospitals AS h
    ON c.hospital_id = h.hospital_id
    AND c.decided_on >= h.effective_from
    AND c.decided_on <= COALESCE(h.effective_to, DATE '9999-12-31')
GROUP BY c.hospital_id
ORDER BY c.hospital_id;
