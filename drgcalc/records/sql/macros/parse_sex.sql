-- grain: one '1' or '2' per clean cell, NULL when it is neither male nor female (short lists: a long IN becomes a join)
CREATE OR REPLACE TEMP MACRO parse_sex(cell) AS
    CASE
        WHEN upper(cell) IN ('1', '1.0', '男', '男性') OR upper(cell) IN ('M', 'MALE') THEN '1'
        WHEN upper(cell) IN ('2', '2.0', '女', '女性') OR upper(cell) IN ('F', 'FEMALE') THEN '2'
    END
