-- grain: one row per gate and class of main procedure not narrowed yet
SELECT DISTINCT heads.gate, heads.main AS given
FROM heads
ANTI JOIN narrowed_main ON narrowed_main.gate = heads.gate AND narrowed_main.given = heads.main
