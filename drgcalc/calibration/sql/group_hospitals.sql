-- grain: one row per group and hospital, of groups with fewer stays than $small_sample or with one hospital
WITH hospitals AS (
    SELECT
        group_code,
        hospital_id,
        CAST(SUM(stays) AS BIGINT) AS stays,
        CAST(SUM(kept_stays) AS BIGINT) AS kept_stays,
        SUM(kept_fee) AS kept_fee
    FROM cells
    GROUP BY group_code, hospital_id
),
flagged AS (
    SELECT group_code
    FROM hospitals
    GROUP BY group_code
    HAVING SUM(stays) < $small_sample OR COUNT(hospital_id) = 1
)
SELECT h.group_code, h.hospital_id, h.stays, h.kept_stays, h.kept_fee
FROM hospitals AS h
SEMI JOIN flagged AS f
    ON h.group_code = f.group_code
ORDER BY h.group_code, h.hospital_id;
