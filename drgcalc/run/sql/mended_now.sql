-- grain: one accepted record that can be mended: what is settled of it now
CREATE OR REPLACE TEMP TABLE settled_now AS
SELECT s.source_file, s.source_row, s.settlement_id, s.segment, s.case_points
FROM settled AS s
SEMI JOIN (SELECT source_file, source_row FROM mended WHERE kind = 'recoded') AS m
    ON s.source_file = m.source_file AND s.source_row = m.source_row;
