-- grain: one record whose settlement id stands more than once, but the first of identical ones
INSERT INTO records_duplicates (part, source_row, problem)
SELECT part, source_row, CASE WHEN is_identical THEN CAST($identical AS UBIGINT) ELSE CAST($differing AS UBIGINT) END AS problem
FROM (
    SELECT
        suspects.part,
        suspects.source_row,
        count(*) OVER same_id AS records,
        min(suspects.content) OVER same_id = max(suspects.content) OVER same_id AS is_identical,
        ROW_NUMBER() OVER (
            PARTITION BY suspects.settlement_id, suspects.is_refund ORDER BY suspects.part, suspects.source_row
        ) AS place
    FROM records_suspects AS suspects
    ANTI JOIN records_duplicates AS replaced
        ON replaced.part = suspects.part AND replaced.source_row = suspects.source_row AND replaced.problem = $replaced
    WINDOW same_id AS (PARTITION BY suspects.settlement_id, suspects.is_refund)
) AS judged
WHERE records > 1 AND NOT (is_identical AND place = 1)
