-- grain: one row per record without a group that has a procedure at $place: it becomes the main one
CREATE OR REPLACE TEMP TABLE next_trial AS
SELECT
    first_trial.source_row,
    first_trial.diagnoses,
    LIST_CONCAT(
        [first_trial.procedures[$place]],
        LIST_CONCAT(first_trial.procedures[:$place - 1], first_trial.procedures[$place + 1:])
    ) AS procedures,
    first_trial.NL,
    first_trial.XB,
    first_trial.XSRTL,
    first_trial.XSRTZ,
    first_trial.ZYTS,
    first_trial.LYFS,
    first_trial.KS,
    first_trial.HXJ,
    first_trial.ZZJH
FROM first_trial
INNER JOIN grouped ON grouped.source_row = first_trial.source_row AND grouped.status <> 'grouped'
WHERE LEN(first_trial.procedures) >= $place
