-- grain: one row per accepted record of the part: where the scheme put it
CREATE OR REPLACE TEMP TABLE grouped AS
SELECT
    placed.source_row,
    drg_answers.status,
    drg_answers.mdc,
    drg_answers.adrg_code AS adrg,
    drg_answers.drg_code AS group_code,
    CASE WHEN placed.levels >= 2 THEN 'MCC' WHEN placed.levels = 1 THEN 'CC' END AS complication
FROM placed
INNER JOIN drg_answers USING (adrg, principal, main, diagnoses, procedures, levels, group_scalars)
