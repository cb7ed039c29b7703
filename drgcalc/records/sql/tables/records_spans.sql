-- grain: one hospital, period of validity and way in which records may write its code
CREATE OR REPLACE TEMP TABLE records_spans (
    written VARCHAR,
    hospital_id VARCHAR,
    first_day DATE,
    last_day DATE,
    level VARCHAR
)
