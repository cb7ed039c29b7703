-- grain: one mask of problems of one part
INSERT INTO records_masks (part, source, problems, records)
VALUES ($part, $source, $problems, $records)
