-- grain: one row per distinct facts of the part that have no DRG answer yet
SELECT DISTINCT
    placed.adrg, placed.principal, placed.main, placed.diagnoses, placed.procedures, placed.levels,
    placed.group_scalars
FROM placed
ANTI JOIN drg_answers
    ON drg_answers.adrg = placed.adrg
    AND drg_answers.principal = placed.principal
    AND drg_answers.main = placed.main
    AND drg_answers.diagnoses = placed.diagnoses
    AND drg_answers.procedures = placed.procedures
    AND drg_answers.levels = placed.levels
    AND drg_answers.group_scalars = placed.group_scalars
