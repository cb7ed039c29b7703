-- grain: one '1' or '2' per clean cell, NULL when it is neither male nor female
CREATE OR REPLACE TEMP MACRO parse_sex(cell) AS
    CASE
        WHEN cell IN ('1', '1.0', '男', '男性', 'M', 'm', 'male', 'Male') THEN '1'
        WHEN cell IN ('2', '2.0', '女', '女性', 'F', 'f', 'female', 'Female') THEN '2'
    END
