-- grain: one row per key of a coefficient and year: stays, their cost and what they cost at the mean of their groups
-- A part of the key that $by_… does not ask for is ''. expected is in 10^-4 fen: each cell is cut to whole units.
WITH means AS (
    SELECT
        CASE WHEN $by_pool THEN pool ELSE '' END AS pool,
        group_code,
        year,
        SUM(kept_stays) AS stays,
        SUM(kept_fee) AS fee
    FROM cells
    GROUP BY CASE WHEN $by_pool THEN pool ELSE '' END, group_code, year
    HAVING SUM(kept_stays) > 0
)
SELECT
    CASE WHEN $by_hospital THEN c.hospital_id ELSE '' END AS hospital_id,
    CASE WHEN $by_level THEN c.hospital_level ELSE '' END AS level,
    CASE WHEN $by_group THEN c.group_code ELSE '' END AS group_code,
    m.pool,
    c.year,
    CAST(SUM(c.kept_stays) AS BIGINT) AS cases,
    SUM(c.kept_fee) AS actual,
    SUM(CAST(c.kept_stays AS HUGEINT) * m.fee * 10000 // m.stays) AS expected
FROM cells AS c
INNER JOIN means AS m
    ON c.group_code = m.group_code AND c.year = m.year AND m.pool = CASE WHEN $by_pool THEN c.pool ELSE '' END
GROUP BY
    CASE WHEN $by_hospital THEN c.hospital_id ELSE '' END,
    CASE WHEN $by_level THEN c.hospital_level ELSE '' END,
    CASE WHEN $by_group THEN c.group_code ELSE '' END,
    m.pool,
    c.year
HAVING SUM(c.kept_stays) > 0
ORDER BY hospital_id, level, group_code, m.pool, c.year;
