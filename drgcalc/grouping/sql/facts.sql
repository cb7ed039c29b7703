-- grain: one row per accepted record of the part: everything rules can see of it, as small integers
CREATE OR REPLACE TEMP TABLE facts AS
SELECT
    heads.source_row,
    heads.principal,
    heads.main,
    heads.gate_scalars,
    heads.group_scalars,
    COALESCE(levels.levels, 0) AS levels,
    COALESCE(other_diagnoses.classes, CAST([] AS INTEGER[])) AS diagnoses,
    COALESCE(other_procedures.classes, CAST([] AS INTEGER[])) AS procedures
FROM heads
LEFT JOIN levels USING (source_row)            -- absent: no complication
LEFT JOIN other_diagnoses USING (source_row)   -- absent: no other diagnosis that rules ask about
LEFT JOIN other_procedures USING (source_row)  -- absent: no other procedure that rules ask about
