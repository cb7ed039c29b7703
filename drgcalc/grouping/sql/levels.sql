-- grain: one row per record whose other diagnoses hold a complication that the principal diagnosis does not exclude
CREATE OR REPLACE TEMP TABLE levels AS
SELECT others.source_row, BIT_OR(complication_facts.level) AS levels
FROM (
    SELECT checked.source_row, diagnosis_facts.excluding, UNNEST(checked.diagnoses[2:]) AS raw
    FROM checked
    LEFT JOIN diagnosis_facts ON diagnosis_facts.raw = checked.diagnoses[1]  -- absent: excludes nothing
    WHERE checked.accepted
) AS others
INNER JOIN complication_facts ON complication_facts.raw = others.raw
ANTI JOIN excluded
    ON excluded.excluding = others.excluding AND excluded.exclusion = complication_facts.exclusion
GROUP BY others.source_row
