-- grain: one text per list of codes, joined by |; an empty place stays
CREATE OR REPLACE TEMP MACRO join_codes(list) AS
    array_to_string(list_transform(list, lambda code: COALESCE(code, '')), '|')
