-- grain: one mask of problems of rejected records
CREATE OR REPLACE TEMP TABLE records_reasons (
    problems UBIGINT,
    reasons VARCHAR
)
