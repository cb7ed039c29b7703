-- grain: one mask of problems of one source
SELECT source, problems, CAST(sum(records) AS BIGINT) AS records
FROM records_masks
GROUP BY source, problems
ORDER BY source, problems
