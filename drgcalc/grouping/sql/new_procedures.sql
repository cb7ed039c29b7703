-- grain: one row per procedure text of the code book that the engine has not met
SELECT code_book.raw, code_book.code
FROM code_book
ANTI JOIN procedure_facts ON procedure_facts.raw = code_book.raw
WHERE code_book.kind = 'OP' AND code_book.code IS NOT NULL
ORDER BY code_book.raw
