-- grain: one row per gate and packed scalars not narrowed yet
SELECT DISTINCT heads.gate, heads.gate_scalars AS given
FROM heads
ANTI JOIN narrowed_scalars ON narrowed_scalars.gate = heads.gate AND narrowed_scalars.given = heads.gate_scalars
