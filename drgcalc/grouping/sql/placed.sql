-- grain: one row per record of the trial: its ADRG row, and what the DRG rules of that ADRG can see
CREATE OR REPLACE TEMP TABLE placed AS
SELECT
    facts.source_row,
    adrg_answers.adrg,
    CASE WHEN adrg_answers.asks_codes THEN facts.principal ELSE 0 END AS principal,
    CASE WHEN adrg_answers.asks_codes THEN facts.main ELSE 0 END AS main,
    CASE WHEN adrg_answers.asks_codes THEN facts.diagnoses ELSE 0 END AS diagnoses,
    CASE WHEN adrg_answers.asks_codes THEN facts.procedures ELSE 0 END AS procedures,
    facts.levels,
    facts.group_scalars,
    facts.refused
FROM facts
INNER JOIN adrg_answers USING (principal, main, diagnoses, procedures, gate_scalars)
