-- grain: one row per distinct facts of the part that have no ADRG answer yet
SELECT DISTINCT
    facts.principal, facts.main, facts.diagnoses, facts.procedures, facts.gate_scalars
FROM facts
ANTI JOIN adrg_answers
    ON adrg_answers.principal = facts.principal
    AND adrg_answers.main = facts.main
    AND adrg_answers.diagnoses = facts.diagnoses
    AND adrg_answers.procedures = facts.procedures
    AND adrg_answers.gate_scalars = facts.gate_scalars
