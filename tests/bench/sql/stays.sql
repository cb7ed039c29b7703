-- grain: one row per stay from $first up to $last, everything about it drawn by hash from its number
WITH numbered AS (
    SELECT range AS i FROM RANGE($first, $last)
),
drawn AS (
    SELECT
        numbered.i,
        principals.mdc,
        principals.code AS principal,
        principals.sex AS asked_sex,
        principals.newborn,
        [0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 9][1 + CAST(HASH(numbered.i, 'others') % 16 AS INTEGER)] AS others,
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4][1 + CAST(HASH(numbered.i, 'acts') % 16 AS INTEGER)] AS acts,
        CAST(1 + HASH(numbered.i, 'los') % 14 AS INTEGER) AS los_days,
        DATE '2024-01-01' + CAST(HASH(numbered.i, 'day') % 366 AS INTEGER) AS settled_on,
        CAST(150000 + HASH(numbered.i, 'fee') % 2500000 AS DECIMAL(18, 0)) AS fee_fen
    FROM numbered
    INNER JOIN principals ON principals.slot = HASH(numbered.i, 'principal') % $slots
),
other_diagnoses AS (
    SELECT listed.i, LIST(others.code ORDER BY listed.place) AS codes
    FROM (SELECT i, UNNEST(RANGE(others)) AS place FROM drawn) AS listed
    INNER JOIN others ON others.slot = HASH(listed.i, listed.place, 'other') % $slots
    GROUP BY listed.i
),
performed AS (
    SELECT listed.i, LIST(procedures.code ORDER BY listed.place) AS codes
    FROM (SELECT i, mdc, UNNEST(RANGE(acts)) AS place FROM drawn) AS listed
    INNER JOIN procedures
        ON procedures.mdc = CASE WHEN HASH(listed.i, listed.place, 'own') % 100 < 85 THEN listed.mdc ELSE '' END
        AND procedures.slot = HASH(listed.i, listed.place, 'act') % $procedure_slots
    GROUP BY listed.i
)
SELECT
    'S' || LPAD(CAST(drawn.i AS VARCHAR), 10, '0') AS settlement_id,
    'P' || LPAD(CAST(HASH(drawn.i, 'person') % $persons AS VARCHAR), 9, '0') AS person_id,
    'H' || LPAD(CAST(1 + HASH(drawn.i, 'hospital') % $hospitals AS VARCHAR), 3, '0') AS hospital_id,
    CASE WHEN HASH(drawn.i, 'pool') % 3 = 0 THEN '310' ELSE '390' END AS pool,
    COALESCE(drawn.asked_sex, CAST(1 + HASH(drawn.i, 'sex') % 2 AS VARCHAR)) AS sex,
    CASE WHEN drawn.newborn THEN 0 ELSE CAST(1 + HASH(drawn.i, 'age') % 90 AS INTEGER) END AS age_years,
    CASE WHEN drawn.newborn THEN CAST(1 + HASH(drawn.i, 'age') % 40 AS INTEGER) END AS age_days,
    CASE WHEN drawn.newborn THEN CAST(1100 + HASH(drawn.i, 'weight') % 3000 AS INTEGER) END AS birth_weight_g,
    drawn.settled_on - drawn.los_days AS admitted_on,
    drawn.settled_on AS discharged_on,
    drawn.settled_on,
    drawn.los_days,
    '1' AS discharge_mode,
    [drawn.principal] || COALESCE(other_diagnoses.codes, CAST([] AS VARCHAR[])) AS diagnoses,
    COALESCE(performed.codes, CAST([] AS VARCHAR[])) AS procedures,
    CAST(drawn.fee_fen * 0.01 AS DECIMAL(18, 2)) AS total_fee,
    CAST(drawn.fee_fen * 0.007 AS DECIMAL(18, 2)) AS fund_booked,
    CAST(drawn.fee_fen * 0.01 AS DECIMAL(18, 2)) - CAST(drawn.fee_fen * 0.007 AS DECIMAL(18, 2)) AS patient_paid
FROM drawn
LEFT JOIN other_diagnoses USING (i)  -- absent: no other diagnosis
LEFT JOIN performed USING (i)        -- absent: no procedure
ORDER BY drawn.i
