-- grain: one distinct raw code of the part that the code book does not have yet
SELECT found.kind, found.raw
FROM (
    SELECT DISTINCT 'DI' AS kind, unnest(diagnoses) AS raw
    FROM checked
    UNION ALL
    SELECT DISTINCT 'OP' AS kind, unnest(procedures) AS raw
    FROM checked
) AS found
ANTI JOIN code_book AS known
    ON known.kind = found.kind AND known.raw = found.raw
WHERE found.raw IS NOT NULL
ORDER BY found.kind, found.raw
