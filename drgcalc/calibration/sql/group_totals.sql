-- grain: one row per group: all stays of the history, and after trimming their number, cost and squares of cost
SELECT
    group_code,
    CAST(SUM(stays) AS BIGINT) AS stays,
    CAST(SUM(kept_stays) AS BIGINT) AS kept_stays,
    SUM(kept_fee) AS kept_fee,
    SUM(kept_squares) AS kept_squares,
    MAX(dearest) AS dearest
FROM cells
GROUP BY group_code
ORDER BY group_code;
