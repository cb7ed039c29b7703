"""Columns of the tables of payment methods beside points: a region's folder methods/, and what is published of them."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, Column, Table

_POOL = Column("pool", "VARCHAR", "", "基金池", "pool of region.toml")
_METHOD = Column("method", "VARCHAR", "", "结算方式", "id of a [[policy.methods]] block")
_HOSPITAL = Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital")
_SOURCE = Column("source", "VARCHAR", "", "依据", "agreement, notice or statement it is taken from")


def _any(name: str, chinese: str, meaning: str) -> Column:
    return Column(name, "VARCHAR", "", chinese, f"{meaning}; empty is any", required=False, nullable=True)


METHOD_PRICES = Table(
    "methods/prices",
    "one price of one method and period of validity; the row that names most of hospital, level and group wins",
    (
        _METHOD,
        _any("hospital_id", "机构代码", "the hospital"),
        _any("level", "机构等级", "level of the hospital"),
        _any("group_code", "病组编码", "the group"),
        Column("fund_price", MONEY, "yuan", "基金支付标准", "what the fund pays a case, day or visit"),
        Column("patient_price", MONEY, "yuan", "个人支付标准", "what the patient pays of it"),
        Column("effective_from", "DATE", "", "生效日期", "first day, the first of a month"),
        Column("effective_to", "DATE", "", "失效日期", "last day, the last of a month; empty in force", nullable=True),
        _SOURCE,
    ),
)

METHOD_AGREEMENTS = Table(
    "methods/agreements",
    "one figure agreed with one hospital for a year, or for a month of it",
    (
        Column("year", "INTEGER", "", "年度", "settlement year"),
        Column("month", "INTEGER", "", "月份", "1 to 12; empty is the year", required=False, nullable=True),
        _POOL,
        _METHOD,
        _HOSPITAL,
        Column("item", "VARCHAR", "", "项目", "heads, target, yearly_cap, assessment or outside_care"),
        Column("amount", MONEY, "", "数值", "persons, yuan, or a score from 0 to 1"),
        _SOURCE,
    ),
)

METHOD_HISTORY = Table(
    "methods/history",
    "one hospital and pool in one earlier year, in all or in one group",
    (
        Column("year", "INTEGER", "", "年度", "the earlier year"),
        _POOL,
        _HOSPITAL,
        Column("group_code", "VARCHAR", "", "病组编码", "the group; empty is all", required=False, nullable=True),
        Column("cases", "INTEGER", "cases", "病例数", "stays"),
        Column("total_fee", MONEY, "yuan", "总费用", "their cost"),
        Column("fund_paid", MONEY, "yuan", "基金支出", "what the fund spent on them"),
        _SOURCE,
    ),
)

METHOD_ADJUSTMENTS = Table(
    "methods/adjustments",
    "one change of one hospital's target, from a month on",
    (
        Column("year", "INTEGER", "", "年度", "settlement year"),
        Column("from_month", "INTEGER", "", "起始月份", "1 to 12: this month and the later ones are split anew"),
        _POOL,
        _METHOD,
        _HOSPITAL,
        Column("amount", "DECIMAL(18,2)", "yuan", "调整金额", "added to the target; negative takes away"),
        Column("decided_on", "DATE", "", "决定日期", "day of the decision"),
        Column("reason", "VARCHAR", "", "原因", "why"),
        Column("requester", "VARCHAR", "", "申请单位", "who asked for it"),
        Column("pre_review", "VARCHAR", "", "初审意见", "first review: office and verdict"),
        Column("final_review", "VARCHAR", "", "终审意见", "final review: office and verdict"),
        _SOURCE,
    ),
)

METHOD_PAYMENTS = Table(
    "methods",
    "one hospital, pool and payment method beside points in the period",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        _POOL,
        _METHOD,
        Column("kind", "VARCHAR", "", "方式类别", "what the method is: bed_day, single_disease …"),
        _HOSPITAL,
        Column("hospital_name", "VARCHAR", "", "机构名称", "name of the hospital"),
        Column("cases", "BIGINT", "cases", "病例数", "stays; a reversed stay counts 0"),
        Column("quantity", "DECIMAL(18,4)", "", "计量", "what is paid for, in `unit`"),
        Column("unit", "VARCHAR", "", "计量单位", "cases, days, visits, person-months, points or yuan"),
        Column("total_fee", MONEY, "yuan", "总费用", "cost of the claims"),
        Column("fund_booked", MONEY, "yuan", "记账金额", "fund amount booked at discharge"),
        Column("patient_paid", MONEY, "yuan", "个人支付", "paid by patients"),
        Column("payable", MONEY, "yuan", "应付金额", "what the fund owes the hospital under the method"),
        Column("retained", MONEY, "yuan", "暂留金额", "part that waits: deferred, deposit, remainder of a month"),
        Column("unretained", MONEY, "yuan", "应付减暂留", "payable less retained"),
        Column("difference", MONEY, "yuan", "差额", "payable less booked"),
        Column("working", "VARCHAR", "", "计算过程", "the arithmetic in words and numbers"),
        Column("source", "VARCHAR", "", "依据", "article of the policy, agreement or price list"),
    ),
)

METHOD_TABLES = (METHOD_PRICES, METHOD_AGREEMENTS, METHOD_HISTORY, METHOD_ADJUSTMENTS, METHOD_PAYMENTS)
