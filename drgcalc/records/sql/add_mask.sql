-- grain: one mask of problems of one source
INSERT INTO records_masks (source, problems, records)
VALUES ($source, $problems, $records)
