-- grain: one row per ADRG and distinct facts of the part that have no DRG yet
SELECT DISTINCT
    placed.adrg, placed.principal, placed.main, placed.diagnoses, placed.procedures, placed.levels,
    placed.group_scalars
FROM placed
ANTI JOIN drg_answers USING (adrg, principal, main, diagnoses, procedures, levels, group_scalars)
