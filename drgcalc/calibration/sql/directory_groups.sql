-- grain: one row per group: its stays, their cost and squares of cost in fen, and the hospitals they were at
SELECT
    m.layer,
    m.group_principal,
    m.group_main,
    m.group_related,
    m.group_kind,
    COUNT(s.fee) AS cases,
    SUM(s.fee) AS fee,
    SUM(CAST(s.fee AS HUGEINT) * s.fee) AS squares,
    COUNT(DISTINCT s.hospital_id) AS hospitals
FROM directory_stays AS s
INNER JOIN members AS m
    ON s.principal = m.principal AND s.main = m.main AND s.related = m.related AND s.kind = m.kind
GROUP BY m.layer, m.group_principal, m.group_main, m.group_related, m.group_kind
ORDER BY m.layer DESC, m.group_principal, m.group_main, m.group_related, m.group_kind;
