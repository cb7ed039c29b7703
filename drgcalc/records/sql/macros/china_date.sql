-- grain: one DATE in China Standard Time (UTC+8) per point in time
CREATE OR REPLACE TEMP MACRO china_date(moment) AS
    CAST(make_timestamp(epoch_us(moment)) + INTERVAL 8 HOUR AS DATE)
