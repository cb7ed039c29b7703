-- grain: one row: the largest cost of a settled case
SELECT MAX(ABS(total_fee)) AS fee
FROM settled;
