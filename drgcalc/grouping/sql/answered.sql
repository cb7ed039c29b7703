-- grain: one row per record of the trial: where the scheme puts it
CREATE OR REPLACE TEMP TABLE answered AS
SELECT
    placed.source_row,
    CASE WHEN placed.refused THEN 'ungrouped' ELSE drg_answers.status END AS status,
    CASE WHEN NOT placed.refused THEN drg_answers.mdc END AS mdc,
    CASE WHEN NOT placed.refused THEN drg_answers.adrg_code END AS adrg,
    CASE WHEN NOT placed.refused THEN drg_answers.drg_code END AS group_code,
    CASE WHEN placed.levels >= 2 THEN 'MCC' WHEN placed.levels = 1 THEN 'CC' END AS complication
FROM placed
INNER JOIN drg_answers USING (adrg, principal, main, diagnoses, procedures, levels, group_scalars)
