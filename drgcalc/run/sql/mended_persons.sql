-- grain: one person in one hospital with a mended record, some of whose other cases may change or change it
-- Other cases matter after a readmission, and where there are refund lines.
CREATE OR REPLACE TEMP TABLE persons AS
SELECT c.person_key, c.hospital_id
FROM chosen AS c
WHERE $readmissions OR c.is_refund
UNION
SELECT s.person_key, s.hospital_id
FROM settled AS s
SEMI JOIN chosen AS c
    ON s.person_key = c.person_key AND s.hospital_id = c.hospital_id
WHERE s.is_refund;
