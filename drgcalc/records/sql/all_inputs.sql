-- grain: one input file
SELECT relative, sha256, kind, encoding, header_rows, data_rows
FROM records_sources
ORDER BY source
