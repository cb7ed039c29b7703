-- grain: one new raw code
INSERT INTO code_book (kind, raw, code, well_formed, proposal)
SELECT kind, raw, code, well_formed, proposal
FROM records_new_codes
