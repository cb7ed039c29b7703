-- grain: one row: the rules of single cases; what is absent the policy does not have
CREATE OR REPLACE TEMP TABLE case_rules AS
SELECT
    CAST($short_stay AS INTEGER) AS short_stay, -- stays of at most so many days are outside the points
    CAST($long_stay AS INTEGER) AS long_stay, -- of at least so many
    CAST($treatment_share AS BIGINT) AS treatment_share, -- × 10^4: TCM groups below it fall back
    CAST($plain_grassroots AS BOOLEAN) AS plain_grassroots, -- grassroots groups carry no coefficient
    CAST($auxiliary AS BOOLEAN) AS auxiliary, -- parts of the auxiliary directory count
    CAST($by_level AS BOOLEAN) AS by_level, -- what coefficients depend on beside the hospital
    CAST($by_group AS BOOLEAN) AS by_group,
    CAST($by_pool AS BOOLEAN) AS by_pool,
    CAST($kept_units AS BIGINT) AS kept_units, -- × 10^4: what a stay keeps of its points after a readmission
    CAST($layers AS VARCHAR[]) AS layers; -- layers with segments of their own
