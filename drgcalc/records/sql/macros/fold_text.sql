-- grain: one value per cell: half width, no invisible characters, no white space at the ends; TRANSLATE is slow, so only where needed
CREATE OR REPLACE TEMP MACRO fold_text(cell) AS
    trim(
        CASE
            WHEN strlen(cell) <> length(cell)
                AND regexp_matches(cell, '[\x{FF01}-\x{FF5E}\x{3000}\x{00A0}\x{200B}-\x{200D}\x{FEFF}\x{2212}\x{FFE5}]')
                THEN translate(
                    cell,
                    '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～−￥' || chr(12288) || chr(160) || chr(8203) || chr(8204) || chr(8205) || chr(65279),
                    '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~-¥' || '  '
                )
            ELSE cell
        END,
        ' ' || chr(9) || chr(10) || chr(13)
    )
