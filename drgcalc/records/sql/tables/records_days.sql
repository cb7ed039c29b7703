-- grain: one day of the asked period
CREATE OR REPLACE TEMP TABLE records_days (
    day DATE,
    period VARCHAR
)
