-- grain: one row per outlier segment of grouped cases, and one row per status without a group; names are unique
CREATE OR REPLACE TEMP TABLE segments (
    status VARCHAR NOT NULL,
    seq INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    lower_units BIGINT NOT NULL, -- ratio × 10^4, like all units here
    lower_inclusive BOOLEAN NOT NULL,
    upper_units BIGINT, -- absent: no upper bound
    upper_inclusive BOOLEAN NOT NULL,
    start_units BIGINT NOT NULL,
    slope_units BIGINT NOT NULL,
    coefficient_on_start BOOLEAN NOT NULL,
    coefficient_on_rise BOOLEAN NOT NULL,
    flag VARCHAR NOT NULL,
    carries_points BOOLEAN NOT NULL, -- false: the policy gives the status no points
    base_points DECIMAL(18, 4), -- absent: the score of the case's group
    reference_fee DECIMAL(18, 2) -- absent: the reference of the case's group
);
