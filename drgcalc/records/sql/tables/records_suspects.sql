-- grain: one record whose hash stands more than once
CREATE OR REPLACE TEMP TABLE records_suspects (
    part INTEGER,
    source_row BIGINT,
    settlement_id VARCHAR,
    is_refund BOOLEAN,
    content VARCHAR
)
