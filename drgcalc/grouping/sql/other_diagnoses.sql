-- grain: one row per record with other diagnoses that rules ask about: their classes
CREATE OR REPLACE TEMP TABLE other_diagnoses AS
SELECT others.source_row, LIST(DISTINCT diagnosis_facts.other ORDER BY diagnosis_facts.other) AS classes
FROM (SELECT source_row, UNNEST(diagnoses[2:]) AS raw FROM checked WHERE accepted) AS others
INNER JOIN diagnosis_facts ON diagnosis_facts.raw = others.raw AND diagnosis_facts.other > 0
GROUP BY others.source_row
