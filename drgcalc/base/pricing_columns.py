"""Columns of what mending a record would change: cases that records would be, what is at stake, and sums by pool."""

from __future__ import annotations

from decimal import Decimal

from drgcalc.base.columns import CASES, MONEY, POINTS, Column, Table

REJECTED, RECODED = "rejected", "recoded"
"""Kinds of records that can be mended: it counts nothing now, or it is in another group for a damaged code."""

NO_POINTS = Decimal("0.0000")

_KIND = Column(
    "kind",
    "VARCHAR",
    "",
    "类型",
    "rejected: the record counts nothing now; recoded: a damaged code that has one proposal puts it into another group",
)
_CODES = Column("codes", "VARCHAR", "", "问题代码", "codes of the findings on the record, joined by |")


def _amount(name: str, chinese: str, meaning: str) -> Column:
    return Column(name, MONEY, "yuan", chinese, meaning, nullable=True)


MENDING = Table(
    "if_mended/mending",
    "one record that can be mended; in if_mended.parquet these columns stand behind those of its case",
    (
        _KIND,
        _CODES,
        Column("group_now", "VARCHAR", "", "现病组", "group that the record has now", nullable=True),
        Column("rivals", "VARCHAR", "", "可能病组", "groups between which the data do not decide", nullable=True),
        Column("proposal", "VARCHAR", "", "建议编码", "damaged codes → those proposed for them", nullable=True),
    ),
)

IF_MENDED = Table(
    "if_mended",
    "one record that can be mended, as the case that it would be",
    (*CASES.columns, *MENDING.columns),
)

FINDINGS_PRICED = Table(
    "findings_priced",
    "one record that can be mended, the most yuan first",
    (
        _KIND,
        _CODES,
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml", nullable=True),
        Column(
            "hospital_id",
            "VARCHAR",
            "",
            "机构代码",
            "the hospital; zeros in front that its code has lost are there again",
            nullable=True,
        ),
        Column("settlement_id", "VARCHAR", "", "结算ID", "identifies the settlement", nullable=True),
        Column("file", "VARCHAR", "", "文件", "input file, relative to the region"),
        Column("row", "BIGINT", "", "行", "data row in that file, from 1"),
        _amount("total_fee", "总费用", "total cost of the stay, as delivered"),
        Column("group_now", "VARCHAR", "", "现病组", "group that the record has now", nullable=True),
        Column("group_mended", "VARCHAR", "", "修正后病组", "group that it would have", nullable=True),
        Column(
            "points",
            POINTS,
            "points",
            "涉及点数",
            "points that its hospital would gain, with those of the person's other stays there that change",
            nullable=True,
        ),
        _amount("yuan_at_value", "按现点值金额", "what the hospital would gain at the point value as settled"),
        _amount("yuan_hospital", "本院净得", "what it would gain in the same pool, whose value more points lower"),
        _amount("yuan_rest", "其他机构", "what all other hospitals of the pool would gain; below zero they lose"),
        _amount("yuan_kept", "留存基金", "what the fund would keep more of the pool; the three sum to zero"),
        Column(
            "alternative",
            "BOOLEAN",
            "",
            "择一",
            "1: another record has this settlement id and only one of them can be right; sums count the dearest once",
        ),
        Column("not_priced", "VARCHAR", "", "未定价原因", "why points or yuan are empty", nullable=True),
        Column("message", "VARCHAR", "", "说明", "what is wrong with the record"),
        Column("hint", "VARCHAR", "", "处理建议", "what to do"),
    ),
)

AT_STAKE = Table(
    "at_stake",
    "one kind of records that can be mended in one pool",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml; empty: of no pool that is known", nullable=True),
        _KIND,
        Column("records", "BIGINT", "records", "记录数", "records of that kind"),
        Column("priced", "BIGINT", "records", "已定价", "those whose yuan are known"),
        Column("alternatives", "BIGINT", "records", "不重复计", "priced ones that the sums leave out"),
        Column("points", "DECIMAL(38,4)", "points", "涉及点数", "sum of their points"),
        Column(
            "yuan_at_value", "DECIMAL(38,2)", "yuan", "按现点值金额", "sum of their yuan at the point value as settled"
        ),
        _amount("fund", "基金总额", "the pool that is paid for points"),
        Column("point_value", "DECIMAL(18,8)", "yuan/point", "点值", "as settled", nullable=True),
        Column(
            "point_value_mended",
            "DECIMAL(18,8)",
            "yuan/point",
            "修正后点值",
            "if all that are priced were mended at once",
            nullable=True,
        ),
    ),
)

PRICING_TABLES = (MENDING, FINDINGS_PRICED, AT_STAKE)
