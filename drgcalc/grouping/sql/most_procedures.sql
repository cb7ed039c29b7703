-- grain: one row: how many procedures a record without a group has at most
SELECT COALESCE(MAX(LEN(first_trial.procedures)), 0) AS places
FROM first_trial
INNER JOIN grouped ON grouped.source_row = first_trial.source_row AND grouped.status <> 'grouped'
