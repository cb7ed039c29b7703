-- grain: one row per stay of the history that can be in a group, net of refunds: what a directory sees of it
-- Lines of a stay that has a refund line are netted; a stay of which nothing is left is none.
CREATE OR REPLACE TEMP TABLE directory_stays AS
WITH refunded AS (
    SELECT DISTINCT stay
    FROM read_stays
    WHERE is_refund
)
SELECT
    s.principal, s.category, s.main, s.related, s.kind, s.aux_cci, s.aux_severity, s.aux_tumour, s.aux_age, s.aux_icu,
    s.hospital_id, s.fee
FROM read_stays AS s
ANTI JOIN refunded AS r
    ON s.stay = r.stay
UNION ALL
SELECT
    MIN(s.principal) AS principal,
    MIN(s.category) AS category,
    MIN(s.main) AS main,
    MIN(s.related) AS related,
    MIN(s.kind) AS kind,
    MIN(s.aux_cci) AS aux_cci,
    MIN(s.aux_severity) AS aux_severity,
    MIN(s.aux_tumour) AS aux_tumour,
    MIN(s.aux_age) AS aux_age,
    MIN(s.aux_icu) AS aux_icu,
    MIN(s.hospital_id) AS hospital_id,
    CAST(SUM(s.fee) AS BIGINT) AS fee
FROM read_stays AS s
SEMI JOIN refunded AS r
    ON s.stay = r.stay
GROUP BY s.stay
HAVING SUM(s.fee) > 0;
