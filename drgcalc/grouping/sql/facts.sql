-- grain: one row per record of the trial: all of it that can matter to the rules, as small integers
CREATE OR REPLACE TEMP TABLE facts AS
SELECT
    heads.source_row,
    heads.principal,
    narrowed_main.kept AS main,
    COALESCE(narrowed_diagnoses.kept, 0) AS diagnoses,
    COALESCE(narrowed_procedures.kept, 0) AS procedures,
    narrowed_scalars.kept AS gate_scalars,
    heads.group_scalars,
    heads.refused,
    COALESCE(other_diagnoses.levels, 0) AS levels
FROM heads
INNER JOIN narrowed_main ON narrowed_main.gate = heads.gate AND narrowed_main.given = heads.main
INNER JOIN narrowed_scalars ON narrowed_scalars.gate = heads.gate AND narrowed_scalars.given = heads.gate_scalars
LEFT JOIN other_diagnoses USING (source_row)   -- absent: no other diagnosis that matters
LEFT JOIN narrowed_diagnoses
    ON narrowed_diagnoses.gate = heads.gate AND narrowed_diagnoses.given = other_diagnoses.classes
LEFT JOIN other_procedures USING (source_row)  -- absent: no other procedure that rules ask about
LEFT JOIN narrowed_procedures
    ON narrowed_procedures.gate = heads.gate AND narrowed_procedures.given = other_procedures.classes
