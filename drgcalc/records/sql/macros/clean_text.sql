-- grain: one value per cell: folded text, NULL when the cell stands for nothing; ="001" of spreadsheets is 001
CREATE OR REPLACE TEMP MACRO clean_text(cell) AS
    CASE
        WHEN strlen(cell) = length(cell) AND strlen(cell) > 4 AND NOT starts_with(cell, '=') AND NOT contains(cell, chr(9))
            AND NOT contains(cell, chr(13)) AND NOT contains(cell, chr(10))
            THEN nullif(trim(cell), '')
        ELSE nullif(
            regexp_replace(regexp_replace(fold_text(cell), '^="(.*)"$', '\1'), '^(-+|—+|/|NULL|null|[\\]N)$', ''),
            ''
        )
    END
