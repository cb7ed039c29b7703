-- grain: no rows
DROP TABLE IF EXISTS checked_rows
