-- grain: one DECIMAL(18,2) per clean cell, NULL when it spells no amount in fen (a float's dust below 0.000001 is dropped)
-- Commas count as separators of thousands only where they stand between thousands: 10,00 may be meant as 10.00.
CREATE OR REPLACE TEMP MACRO parse_money(cell) AS
    exact_money(
        CASE
            WHEN regexp_full_match(cell, '[+-]?[0-9]{1,15}([.][0-9]*)?') THEN TRY_CAST(cell AS DECIMAL(28, 10))
            WHEN regexp_full_match(
                regexp_replace(cell, '[¥元 ]', '', 'g'), '[+-]?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})?([.][0-9]*)?'
            )
                THEN TRY_CAST(regexp_replace(cell, '[,¥元 ]', '', 'g') AS DECIMAL(28, 10))
        END
    )
