-- grain: one row, a SegmentRow
INSERT INTO segments VALUES (
    $status, $layer, $seq, $name, $lower_units, $lower_inclusive, $upper_units, $upper_inclusive, $start_units,
    $slope_units, $coefficient_on_start, $coefficient_on_rise, $flag, $carries_points, $base_points, $reference_fee, $by_cost
);
