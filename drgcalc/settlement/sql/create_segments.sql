-- grain: one row per outlier segment of grouped cases, and one per status or rule that has none; names are unique
CREATE OR REPLACE TEMP TABLE segments (
    status VARCHAR NOT NULL, -- the status of cases, or the name of the rule that stands beside the segments
    layer VARCHAR, -- absent: every layer without segments of its own
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
    reference_fee DECIMAL(18, 2), -- absent: the reference of the case's group
    by_cost BOOLEAN NOT NULL -- false: the quantity is no cost, so that there is no reference cost to publish
);
