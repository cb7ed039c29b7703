-- grain: one row per diagnosis text of the code book that the engine has not met
SELECT code_book.raw, code_book.code
FROM code_book
ANTI JOIN diagnosis_facts ON diagnosis_facts.raw = code_book.raw
WHERE code_book.kind = 'DI' AND code_book.code IS NOT NULL
ORDER BY code_book.raw
