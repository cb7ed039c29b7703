-- grain: one row per accepted record of the part: where the scheme put it, another main procedure tried
CREATE OR REPLACE TEMP TABLE grouped AS
SELECT
    before.source_row,
    COALESCE(answered.status, before.status) AS status,
    CASE WHEN answered.status IS NULL THEN before.mdc ELSE answered.mdc END AS mdc,
    CASE WHEN answered.status IS NULL THEN before.adrg ELSE answered.adrg END AS adrg,
    CASE WHEN answered.status IS NULL THEN before.group_code ELSE answered.group_code END AS group_code,
    before.complication
FROM grouped AS before
LEFT JOIN answered  -- absent: in a group already, not tried again, or again without a group
    ON answered.source_row = before.source_row AND answered.status = 'grouped' AND before.status <> 'grouped'
