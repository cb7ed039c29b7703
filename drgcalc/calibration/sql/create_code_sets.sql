-- grain: one row per combination of principal subcategory, main procedure, related procedures and kind of treatment
CREATE OR REPLACE TEMP TABLE code_sets AS
SELECT principal, category, main, related, kind, COUNT(fee) AS cases, SUM(fee) AS fee
FROM directory_stays
GROUP BY principal, category, main, related, kind;
