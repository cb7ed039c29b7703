-- grain: one list of codes per cell that joins them by | , ; or 、
CREATE OR REPLACE TEMP MACRO split_codes(cell) AS
    list_filter(
        list_transform(string_split_regex(fold_text(COALESCE(cell, '')), '[|,;、]'), lambda code: trim(code)),
        lambda code: code NOT IN ('', '-', '--', '—')
    )
