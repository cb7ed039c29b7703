-- grain: one settled case, accepted and to be mended or near a mended one, that a decision gave its points or its amount
SELECT settlement_id
FROM near
WHERE segment IN ('special_item', 'special_points')
UNION
SELECT settlement_id
FROM settled_now
WHERE segment IN ('special_item', 'special_points');
