-- grain: one row per hospital with stays in the history
SELECT DISTINCT hospital_id
FROM cells
ORDER BY hospital_id;
