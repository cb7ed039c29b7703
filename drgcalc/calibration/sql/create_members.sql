-- grain: one row per combination and kind of treatment: the group it is in, with the parts that name the group
CREATE OR REPLACE TEMP TABLE members AS
SELECT
    s.principal,
    s.main,
    s.related,
    s.kind,
    CASE WHEN g.principal IS NULL THEN 'comprehensive' ELSE 'core' END AS layer,
    CASE WHEN g.principal IS NULL THEN s.category ELSE g.principal END AS group_principal,
    CASE WHEN g.principal IS NULL THEN '' ELSE g.main END AS group_main,
    CASE WHEN g.principal IS NULL THEN '' ELSE g.related END AS group_related,
    CASE WHEN g.principal IS NULL THEN s.kind ELSE '' END AS group_kind
FROM code_sets AS s
LEFT JOIN chosen AS c -- absent: no related procedure of the combination has an own group
    ON s.principal = c.principal AND s.main = c.main AND s.related = c.related
LEFT JOIN core_groups AS g -- absent: below the threshold, so the stays fall to a comprehensive group
    ON s.principal = g.principal AND s.main = g.main AND g.related = COALESCE(c.code, '');
