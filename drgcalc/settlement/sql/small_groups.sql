-- grain: one row per group with fewer stays than the policy lets pass without a review
CREATE OR REPLACE TEMP TABLE small_groups AS
SELECT group_code, COUNT(*) AS stays
FROM cases
WHERE status = 'grouped' AND NOT is_refund
GROUP BY group_code
HAVING COUNT(*) < CAST($fewest AS INTEGER);
