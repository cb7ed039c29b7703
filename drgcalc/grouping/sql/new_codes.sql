-- grain: one row per distinct text of a code that the engine has not read from the code book
SELECT kind, raw, code
FROM code_book
WHERE rowid >= $known
