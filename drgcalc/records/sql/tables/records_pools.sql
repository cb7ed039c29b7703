-- grain: one code of one pool
CREATE OR REPLACE TEMP TABLE records_pools (
    pool_code VARCHAR PRIMARY KEY,
    pool VARCHAR
)
