-- grain: one row per principal subcategory and main procedure ('' none): all stays, and those without related procedures
SELECT
    principal,
    main,
    CAST(SUM(cases) AS BIGINT) AS cases,
    SUM(fee) AS fee,
    CAST(COALESCE(SUM(cases) FILTER (related = ''), 0) AS BIGINT) AS bare_cases,
    COALESCE(SUM(fee) FILTER (related = ''), 0) AS bare_fee
FROM code_sets
GROUP BY principal, main
ORDER BY principal, main;
