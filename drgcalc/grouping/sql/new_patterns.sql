-- grain: one row per distinct facts of the part that have no ADRG yet
SELECT DISTINCT facts.principal, facts.main, facts.diagnoses, facts.procedures, facts.gate_scalars
FROM facts
ANTI JOIN adrg_answers USING (principal, main, diagnoses, procedures, gate_scalars)
