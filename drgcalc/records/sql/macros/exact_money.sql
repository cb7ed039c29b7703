-- grain: one DECIMAL(18,2) per number, NULL when it has a part of a fen (a float's dust below 0.000001 is dropped)
CREATE OR REPLACE TEMP MACRO exact_money(number) AS
    CASE WHEN abs(number - TRY_CAST(number AS DECIMAL(18, 2))) < 0.000001 THEN TRY_CAST(number AS DECIMAL(18, 2)) END
