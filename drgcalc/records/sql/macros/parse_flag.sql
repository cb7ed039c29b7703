-- grain: one BOOLEAN per clean cell, NULL when it says neither yes nor no
CREATE OR REPLACE TEMP MACRO parse_flag(cell) AS
    CASE
        WHEN lower(cell) IN ('1', '1.0', 'true', 't', 'y', 'yes', '是', '有') THEN TRUE
        WHEN lower(cell) IN ('0', '0.0', 'false', 'f', 'n', 'no', '否', '无') THEN FALSE
    END
