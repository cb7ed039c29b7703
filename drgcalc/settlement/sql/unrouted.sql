-- grain: one row per hospital, pool and codes of cases that no routing rule sends anywhere
SELECT
    c.hospital_id,
    c.pool,
    COALESCE(c.inpatient_type, 'none') AS inpatient_type,
    COALESCE(c.payment_method, 'none') AS payment_method,
    COUNT(*) AS cases
FROM routed AS r
JOIN all_cases AS c
    ON r.source_file = c.source_file AND r.source_row = c.source_row
WHERE r.method = 'error'
GROUP BY c.hospital_id, c.pool, c.inpatient_type, c.payment_method
ORDER BY cases DESC, c.hospital_id, c.pool, inpatient_type, payment_method;
