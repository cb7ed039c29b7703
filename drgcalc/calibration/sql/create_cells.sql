-- grain: one row per hospital, level, pool, group and year: stays and their sums in fen; kept_… after trimming
CREATE OR REPLACE TEMP TABLE cells AS
SELECT
    s.hospital_id,
    s.hospital_level,
    s.pool,
    s.group_code,
    s.year,
    COUNT(s.fee) AS stays,
    SUM(s.fee) AS fee,
    SUM(s.fund) AS fund,
    COUNT(s.fee) FILTER (s.fee BETWEEN b.lowest AND b.highest) AS kept_stays,
    COALESCE(SUM(s.fee) FILTER (s.fee BETWEEN b.lowest AND b.highest), 0) AS kept_fee,
    COALESCE(SUM(CAST(s.fee AS HUGEINT) * s.fee) FILTER (s.fee BETWEEN b.lowest AND b.highest), 0) AS kept_squares,
    MAX(s.fee) FILTER (s.fee BETWEEN b.lowest AND b.highest) AS dearest
FROM stays AS s
INNER JOIN bounds AS b
    ON s.group_code = b.group_code AND s.year = b.year
GROUP BY s.hospital_id, s.hospital_level, s.pool, s.group_code, s.year;
