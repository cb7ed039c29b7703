-- grain: one row per record of the trial with other procedures that rules ask about: their classes
CREATE OR REPLACE TEMP TABLE other_procedures AS
SELECT others.source_row, LIST_SORT(LIST(procedure_facts.other)) AS classes
FROM (SELECT source_row, UNNEST(procedures[2:]) AS raw FROM trial WHERE LEN(procedures) > 1) AS others
INNER JOIN procedure_facts ON procedure_facts.raw = others.raw AND procedure_facts.other > 0
GROUP BY others.source_row
