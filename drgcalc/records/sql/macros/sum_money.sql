-- grain: one text per record: the sum of several amount cells (empty ones are zero), or their texts when one is no amount
CREATE OR REPLACE TEMP MACRO sum_money(cells) AS
    CASE
        WHEN len(list_filter(cells, lambda cell: clean_text(cell) IS NOT NULL)) = 0 THEN NULL
        WHEN len(list_filter(cells, lambda cell: clean_text(cell) IS NOT NULL AND parse_money(clean_text(cell)) IS NULL)) > 0
            THEN array_to_string(cells, ' + ')
        ELSE CAST(list_sum(list_transform(cells, lambda cell: COALESCE(parse_money(clean_text(cell)), 0.00))) AS VARCHAR)
    END
