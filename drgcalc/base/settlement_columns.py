"""What a settlement publishes: allocations, the pool line by line, and the ledger."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, POINTS, Column, Table

ALLOCATIONS = Table(
    "allocations",
    "one hospital and pool in the period",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column("hospital_name", "VARCHAR", "", "机构名称", "name of the hospital"),
        Column("level", "VARCHAR", "", "机构等级", "level at the end of the period"),
        Column("cases", "BIGINT", "cases", "病例数", "stays that carry points; a reversed stay counts 0"),
        Column("cases_without_points", "BIGINT", "cases", "无点数病例数", "stays that the policy gives no points"),
        Column("points", POINTS, "points", "总点数", "sum of case points"),
        Column(
            "point_value",
            "DECIMAL(18,8)",
            "yuan/point",
            "点值",
            "money a point, as the convention defines it",
        ),
        Column("total_fee", MONEY, "yuan", "总费用", "cost of the records that count (policy: point_value.amounts)"),
        Column("fund_booked", MONEY, "yuan", "记账金额", "fund amount booked at discharge, of the same records"),
        Column("patient_paid", MONEY, "yuan", "个人支付", "paid by patients, of the same records"),
        Column("payable", MONEY, "yuan", "应付金额", "what the fund owes the hospital for the period"),
        Column("retained", MONEY, "yuan", "暂留金额", "part of a month's payable that waits for the clearing"),
        Column(
            "unretained",
            MONEY,
            "yuan",
            "应付减暂留",
            "payable less retained; where months are paid, deposit and deductions still come off it: payments.csv",
        ),
        Column("difference", MONEY, "yuan", "差额", "payable less booked"),
        Column(
            "increment_points",
            POINTS,
            "points",
            "增量点数",
            "points beyond the hospital's base; empty unless values are elastic",
            nullable=True,
        ),
        Column(
            "increment_value",
            "DECIMAL(18,8)",
            "yuan/point",
            "增量点值",
            "money a point beyond the base; point_value is then that of points within it",
            nullable=True,
        ),
        Column("special_paid", MONEY, "yuan", "特例单议付费", "part of payable: cases approved by item (特例单议)"),
    ),
)

POOL = Table(
    "pool",
    "one line of one pool's waterfall",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("line", "INTEGER", "", "行次", "order of the line"),
        Column("item", "VARCHAR", "", "项目", "stable name of the line"),
        Column("label", "VARCHAR", "", "项目名称", "what a reader calls it"),
        Column(
            "amount",
            MONEY,
            "yuan",
            "金额",
            "signed: what is taken away is negative; sub-totals carry the running total",
        ),
        Column("kind", "VARCHAR", "", "类别", "input, deduction, subtotal, limit, draw or result"),
        Column("source", "VARCHAR", "", "依据", "article of the policy or fund statement"),
        Column(
            "mark",
            "VARCHAR",
            "",
            "标记",
            "小计 or 合计: what the lines above come to; 参照: a bound, which is not added up",
            nullable=True,
        ),
    ),
)

LEDGER = Table(
    "ledger",
    "one posting",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        Column("posting", "INTEGER", "", "序号", "number of the posting in this ledger, from 1"),
        Column("step", "VARCHAR", "", "步骤", "step it belongs to; the postings of a step sum to zero per pool"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("account", "VARCHAR", "", "账户", "account that changes"),
        Column(
            "hospital_id",
            "VARCHAR",
            "",
            "机构代码",
            "the hospital, for accounts that hospitals have",
            nullable=True,
        ),
        Column("amount", MONEY, "yuan", "金额", "what the account gains; negative is what it gives"),
        Column("explanation", "VARCHAR", "", "说明", "the arithmetic in words and numbers"),
        Column("source", "VARCHAR", "", "依据", "article of the policy or fund statement"),
    ),
)
