-- grain: one row per group and year: stays after trimming and their cost in fen
SELECT
    group_code,
    year,
    CAST(SUM(kept_stays) AS BIGINT) AS cases,
    SUM(kept_fee) AS cost
FROM cells
GROUP BY group_code, year
ORDER BY group_code, year;
