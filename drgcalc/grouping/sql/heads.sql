-- grain: one row per record of the trial: the facts of its first codes and of its scalars
CREATE OR REPLACE TEMP TABLE heads AS
SELECT
    scalars.source_row,
    COALESCE(diagnosis_facts.principal, 0) AS principal,
    COALESCE(diagnosis_facts.gate, $no_gate) AS gate,
    COALESCE(procedure_facts.main, 0) AS main,
    scalars.gate_scalars,
    scalars.group_scalars,
    scalars.refused
FROM scalars
LEFT JOIN diagnosis_facts ON diagnosis_facts.raw = scalars.principal_raw  -- absent: no rule asks about the code
LEFT JOIN procedure_facts ON procedure_facts.raw = scalars.main_raw       -- absent: no procedure, or none that matters
