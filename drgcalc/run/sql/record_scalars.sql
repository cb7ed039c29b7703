-- grain: one accepted record of the part
SELECT
    NL,
    XB,
    XSRTL,
    XSRTZ,
    ZYTS,
    LYFS,
    KS,
    HXJ,
    ZZJH
FROM scalar_values
WHERE source_row = $source_row
