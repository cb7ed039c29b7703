-- grain: one row: the group with most settled stays, at its commonest score and reference cost
SELECT group_code, base_points, reference_fee
FROM settled
WHERE status = 'grouped' AND NOT is_refund AND base_points > 0 AND reference_fee > 0 AND points_group IS NULL
GROUP BY group_code, base_points, reference_fee
ORDER BY COUNT(*) DESC, group_code, base_points, reference_fee
LIMIT 1;
