-- grain: one finding
SELECT found.code, found.severity, found.file, found."row", found.record_id, found.field, found.value, found.message, found.hint
FROM (
    SELECT code, severity, file, "row", record_id, field, value, message, hint
    FROM records_file_findings
    UNION ALL
    SELECT
        checks.code,
        checks.severity,
        sources.relative AS file,
        noted.source_row AS "row",
        noted.record_id,
        checks.field,
        noted.value,
        checks.message,
        checks.hint
    FROM records_findings AS noted
    INNER JOIN records_checks AS checks
        ON checks.bit = noted.bit
    INNER JOIN records_sources AS sources
        ON sources.source = noted.source
) AS found
ORDER BY found.code, found.file, found."row", found.value
