-- grain: one day of the asked period
INSERT INTO records_days (day, period)
SELECT CAST(days.day AS DATE) AS day, strftime(days.day, '%Y-%m') AS period
FROM generate_series(CAST($first AS TIMESTAMP), CAST($last AS TIMESTAMP), INTERVAL 1 DAY) AS days (day)
