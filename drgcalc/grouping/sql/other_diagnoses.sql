-- grain: one row per record of the trial with other diagnoses that matter: its complication levels and the classes rules ask about
CREATE OR REPLACE TEMP TABLE other_diagnoses AS
SELECT
    others.source_row,
    -- A complication whose exclusion table holds the principal diagnosis does not count.
    COALESCE(BIT_OR(other_diagnosis_facts.level) FILTER (WHERE excluded.excluding IS NULL), 0) AS levels,
    LIST_SORT(LIST(other_diagnosis_facts.other) FILTER (WHERE other_diagnosis_facts.other > 0)) AS classes
FROM (
    SELECT trial.source_row, diagnosis_facts.excluding, UNNEST(trial.diagnoses[2:]) AS raw
    FROM trial
    LEFT JOIN diagnosis_facts ON diagnosis_facts.raw = trial.diagnoses[1]  -- absent: excludes nothing
) AS others
INNER JOIN other_diagnosis_facts ON other_diagnosis_facts.raw = others.raw
LEFT JOIN excluded  -- absent: not excluded
    ON excluded.excluding = others.excluding AND excluded.exclusion = other_diagnosis_facts.exclusion
GROUP BY others.source_row
