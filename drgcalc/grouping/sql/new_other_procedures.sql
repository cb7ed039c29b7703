-- grain: one row per gate and list of classes of other procedures not narrowed yet
SELECT DISTINCT heads.gate, other_procedures.classes AS given
FROM other_procedures
INNER JOIN heads USING (source_row)
ANTI JOIN narrowed_procedures
    ON narrowed_procedures.gate = heads.gate AND narrowed_procedures.given = other_procedures.classes
