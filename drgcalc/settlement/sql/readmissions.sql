-- grain: one row per stay that the same person's next admission to the same hospital followed too soon
-- Stays that were reversed count as none, and so do those of exempt groups, of bed-day care and decided in special review.
CREATE OR REPLACE TEMP TABLE readmissions AS
WITH stays AS (
    SELECT
        c.source_file,
        c.source_row,
        c.person_key,
        c.hospital_id,
        CASE WHEN $by_group THEN c.group_code END AS within_group,
        c.admitted_on,
        c.discharged_on
    FROM cases AS c
    ANTI JOIN readmission_exempt AS e
        ON c.group_code = e.group_code
        AND c.decided_on >= e.effective_from
        AND c.decided_on <= COALESCE(e.effective_to, DATE '9999-12-31')
    ANTI JOIN bed_days AS t
        ON c.inpatient_type = t.inpatient_type
    ANTI JOIN bed_days AS g
        ON c.status = 'grouped' AND c.group_code = g.group_code
    ANTI JOIN refund_terms AS r
        ON r.is_matched AND r.fee_after = 0 AND c.source_file = r.term_file AND c.source_row = r.term_row
    WHERE $asked AND NOT c.is_refund
),
followed AS (
    SELECT
        source_file,
        source_row,
        discharged_on,
        LEAD(admitted_on) OVER (
            PARTITION BY person_key, hospital_id, within_group
            ORDER BY admitted_on, discharged_on, source_file, source_row
        ) AS readmitted_on
    FROM stays
)
SELECT source_file, source_row
FROM followed
WHERE readmitted_on >= discharged_on AND readmitted_on <= discharged_on + CAST($last_day AS INTEGER);
