-- grain: one row per settled case that a decision about it gave its points or its amount
SELECT settlement_id
FROM settled
WHERE segment IN ('special_item', 'special_points')
GROUP BY settlement_id;
