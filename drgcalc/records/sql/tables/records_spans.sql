-- grain: one hospital and period of validity
CREATE OR REPLACE TEMP TABLE records_spans (
    hospital_id VARCHAR,
    first_day DATE,
    last_day DATE,
    level VARCHAR
)
