-- grain: one value per cell: folded text, NULL when the cell stands for nothing; ="001" of spreadsheets is 001, '-1 is -1
CREATE OR REPLACE TEMP MACRO clean_text(cell) AS
    CASE
        WHEN regexp_full_match(cell, '[0-9A-MO-Za-mo-z][!-~]*') THEN cell
        ELSE nullif(
            regexp_replace(
                regexp_replace(regexp_replace(fold_text(cell), '^''([-=+@])', '\1'), '^="(.*)"$', '\1'),
                '^(-+|—+|/|NULL|null|[\\]N)$',
                ''
            ),
            ''
        )
    END
