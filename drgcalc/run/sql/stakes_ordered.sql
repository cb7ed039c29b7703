-- grain: one row per record that can be mended, the most yuan first, those without a price last
SELECT
    kind,
    codes,
    pool,
    hospital_id,
    settlement_id,
    file,
    "row",
    total_fee,
    group_now,
    group_mended,
    points,
    yuan_at_value,
    yuan_hospital,
    yuan_rest,
    yuan_kept,
    alternative,
    not_priced,
    message,
    hint
FROM stakes
ORDER BY ABS(yuan_at_value) DESC NULLS LAST, ABS(points) DESC NULLS LAST, file, "row";
