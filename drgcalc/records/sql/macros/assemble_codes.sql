-- grain: one list of codes per record from its first cell and the others; an empty first cell stays an empty first place
CREATE OR REPLACE TEMP MACRO assemble_codes(head, others) AS
    CASE
        WHEN len(split_codes(head)) > 0 THEN list_concat(split_codes(head), split_codes(array_to_string(others, '|')))
        WHEN len(split_codes(array_to_string(others, '|'))) > 0
            THEN list_concat([CAST(NULL AS VARCHAR)], split_codes(array_to_string(others, '|')))
        ELSE CAST([] AS VARCHAR[])
    END
