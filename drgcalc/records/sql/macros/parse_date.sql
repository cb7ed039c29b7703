-- grain: one DATE per clean cell, NULL when it spells none; a UTC or offset stamp is taken to China Standard Time (UTC+8)
CREATE OR REPLACE TEMP MACRO parse_date(cell) AS
    date_of_parts(regexp_extract(
        CASE
            WHEN regexp_full_match(cell, '[0-9]{8}([0-9]{6})?')
                THEN substr(cell, 1, 4) || '-' || substr(cell, 5, 2) || '-' || substr(cell, 7, 2)
            WHEN regexp_full_match(cell, '[0-9]{5}([.][0-9]+)?')
                THEN CAST(DATE '1899-12-30' + TRY_CAST(split_part(cell, '.', 1) AS INTEGER) AS VARCHAR)
            ELSE cell
        END,
        '^((?:19|20|21)[0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]+([0-9]{1,2})[:时]([0-9]{1,2})(?:[:分](?:[0-9]{1,2}(?:[.][0-9]+)?秒?)?)? ?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?)?$',
        ['year', 'month', 'day', 'hour', 'minute', 'utc', 'sign', 'offset_hours', 'offset_minutes']
    ))
