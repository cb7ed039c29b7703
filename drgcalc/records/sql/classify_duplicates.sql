-- grain: one record whose settlement id stands more than once, but the first of identical ones
INSERT INTO records_duplicates (part, source_row, is_identical)
SELECT part, source_row, is_identical
FROM (
    SELECT
        part,
        source_row,
        count(*) OVER same_id AS records,
        min(content) OVER same_id = max(content) OVER same_id AS is_identical,
        ROW_NUMBER() OVER (PARTITION BY settlement_id, is_refund ORDER BY part, source_row) AS place
    FROM records_suspects
    WINDOW same_id AS (PARTITION BY settlement_id, is_refund)
) AS judged
WHERE records > 1 AND NOT (is_identical AND place = 1)
