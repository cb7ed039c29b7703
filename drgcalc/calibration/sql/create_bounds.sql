-- grain: one row per group and year: the costs (fen, both included) between which stays count for means
-- The quantiles are costs that occur. Groups with fewer stays than $least_cases in the year are not trimmed.
CREATE OR REPLACE TEMP TABLE bounds AS
SELECT
    group_code,
    year,
    CASE WHEN COUNT(fee) >= $least_cases THEN QUANTILE_DISC(fee, CAST($lower AS DECIMAL(5, 4))) ELSE MIN(fee) END AS lowest,
    CASE WHEN COUNT(fee) >= $least_cases THEN QUANTILE_DISC(fee, CAST($upper AS DECIMAL(5, 4))) ELSE MAX(fee) END AS highest
FROM stays
GROUP BY group_code, year;
