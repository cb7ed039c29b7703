-- grain: one check on files as a whole
SELECT code, severity, message, count(*) AS files
FROM records_file_findings
WHERE starts_with(code, 'F')
GROUP BY code, severity, message
ORDER BY code
