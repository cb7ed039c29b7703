-- grain: one row per gate and list of classes of other diagnoses not narrowed yet
SELECT DISTINCT heads.gate, other_diagnoses.classes AS given
FROM other_diagnoses
INNER JOIN heads USING (source_row)
ANTI JOIN narrowed_diagnoses
    ON narrowed_diagnoses.gate = heads.gate AND narrowed_diagnoses.given = other_diagnoses.classes
WHERE other_diagnoses.classes IS NOT NULL
