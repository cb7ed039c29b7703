-- grain: one row
SELECT
    COUNT(DISTINCT group_code) AS groups,
    COUNT(tied_with) AS ties
FROM cases
WHERE status = 'grouped'
