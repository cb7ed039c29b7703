"""Columns of what a settlement year publishes beside its allocations: payments, differences, clearing."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, POINTS, Column, Table
from drgcalc.base.decision_columns import RATIO


def _yuan(name: str, chinese: str, meaning: str) -> Column:
    return Column(name, MONEY, "yuan", chinese, meaning)


_PERIOD = Column("period", "VARCHAR", "", "结算期", "month YYYY-MM")
_YEAR = Column("year", "INTEGER", "", "年度", "settlement year")
_POOL = Column("pool", "VARCHAR", "", "基金池", "pool of region.toml")
_HOSPITAL = Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital")
_NAME = Column("hospital_name", "VARCHAR", "", "机构名称", "name of the hospital")

PAYMENTS = Table(
    "payments",
    "one hospital and pool in the month",
    (
        _PERIOD,
        _POOL,
        _HOSPITAL,
        _NAME,
        _yuan("opening", "期初余额", "what the fund owed it before: retained, deferred, deposit, carried, receivable"),
        _yuan("payable", "本月应付", "what the month's points are worth to it"),
        _yuan("corrections", "以前月份更正", "differences to closed months and years"),
        _yuan("retained", "暂留金额", "part that waits for the clearing, of the month and of the corrections"),
        _yuan("deferred", "缓付金额", "part above the policy's multiple of the booked amount; waits for the clearing"),
        _yuan("deposit", "质量保证金", "quality deposit held back"),
        _yuan("violation", "违规扣款", "deductions for violations"),
        _yuan("over_budget", "超总额扣款", "deductions for what is over budget"),
        _yuan("decided", "手工更正", "differences decided by hand, signed"),
        _yuan("transferred", "险种划转", "moved in from other pools, signed"),
        _yuan("carried_in", "上期结转", "what earlier months left below zero"),
        _yuan("carried_out", "结转下期", "what this month leaves below zero"),
        _yuan("advance", "预付金", "paid in advance this month"),
        _yuan("paid", "本月拨付", "what is sent for the month, the advance aside"),
        _yuan("closing", "期末余额", "what the fund owes it now, the advance aside"),
    ),
)

DIFFERENCES = Table(
    "differences",
    "one hospital, pool, closed period and cause",
    (
        Column("corrects", "VARCHAR", "", "更正月份", "closed month YYYY-MM, or closed year YYYY, that it corrects"),
        Column("cause", "VARCHAR", "", "原因", "data, decision, parameter or rule"),
        _POOL,
        _HOSPITAL,
        _yuan("payable", "应付差额", "what the hospital gains"),
        _yuan("retained", "其中暂留", "part of it that waits for the clearing"),
    ),
)

CLEARING = Table(
    "clearing",
    "one hospital and pool in the year",
    (
        _YEAR,
        _POOL,
        _HOSPITAL,
        _NAME,
        _yuan("payable", "年度应付", "what the year's points are worth to it"),
        Column("assessment", RATIO, "ratio", "考核系数", "what the payable is multiplied by"),
        _yuan("assessed", "考核后应付", "payable × assessment"),
        _yuan("booked", "记账金额", "fund amount booked at discharge"),
        _yuan("shared", "分担与留用", "what sharing adds to (or takes from) the assessed amount"),
        _yuan("decided", "手工更正", "differences decided by hand, signed"),
        _yuan("transferred", "险种划转", "moved in from other pools, signed"),
        _yuan("violation", "违规扣款", "deductions for violations in the year"),
        _yuan("over_budget", "超总额扣款", "deductions for what is over budget in the year"),
        _yuan("monthly", "月度已拨", "paid month by month"),
        _yuan("advance", "预付已拨", "advances and working capital, recovered here"),
        _yuan("deposit", "质量保证金", "quality deposits held, returned apart"),
        _yuan("clearing", "清算金额", "paid now; below zero it is recovered"),
        Column("deposit_score", RATIO, "ratio", "返还系数", "share of the deposit that is released"),
        _yuan("deposit_released", "返还保证金", "deposit × deposit_score"),
        Column("status", "VARCHAR", "", "清算结果", "pay, recover or settled"),
        Column(
            "earlier",
            MONEY,
            "yuan",
            "以前年度更正",
            "differences to closed years, posted by the year's months or here",
            nullable=True,
        ),
    ),
)

CLEARING_POOLS = Table(
    "clearing_pools",
    "one pool in the year",
    (
        _YEAR,
        _POOL,
        _yuan("payable", "年度应付", "of all hospitals"),
        _yuan("assessed", "考核后应付", "times their assessments"),
        _yuan("shared", "结余留用、超支分担", "what sharing adds or takes away"),
        _yuan("decided", "手工更正", "decided by hand"),
        _yuan("transferred", "险种划转", "moved from other pools, less moved to them"),
        _yuan("earlier", "以前年度更正", "differences to closed years"),
        _yuan("violation", "违规扣款", "deducted for violations"),
        _yuan("over_budget", "超总额扣款", "deducted over budget"),
        _yuan("monthly", "月度已拨", "paid by the months"),
        _yuan("advance", "预付金抵扣", "advances recovered"),
        _yuan("deposit", "暂扣质量保证金", "deposits held"),
        _yuan("paid_before", "已拨金额", "months and advances"),
        _yuan("clearing", "清算金额", "paid less recovered"),
        _yuan("deposit_released", "返还保证金", "deposits released"),
        Column("clearing_share", "DECIMAL(9,6)", "ratio", "清算占比", "clearing ÷ all of the year's payments"),
        Column("target", "VARCHAR", "", "国家目标", "the targets of the policy, and whether they are met"),
        Column("deadline", "VARCHAR", "", "清算时限", "day by which the clearing must be done"),
    ),
)

POINT_VALUES = Table(
    "point_values",
    "one pool in the period",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        _POOL,
        Column("convention", "VARCHAR", "", "计算口径", "convention of the policy"),
        Column("status", "VARCHAR", "", "状态", "paid, or why nobody is"),
        _yuan("fund", "付费总额", "the pool's money"),
        Column("points", POINTS, "points", "总点数", "points of all hospitals"),
        Column("point_value", "DECIMAL(18,8)", "yuan/point", "点值", "money a point"),
        Column("printed", "DECIMAL(18,8)", "yuan/point", "公布点值", "as it is published"),
        _yuan("paid", "应付合计", "what hospitals are owed"),
        _yuan("residual", "余差", "what the convention left over"),
        Column("closing", "VARCHAR", "", "余差处理", "where the residual went"),
        _yuan("kept", "留存", "what stays in the fund or the adjustment fund"),
        Column(
            "increment_points",
            POINTS,
            "points",
            "增量点数",
            "points beyond the bases, if values are elastic",
            nullable=True,
        ),
        Column(
            "increment_value",
            "DECIMAL(18,8)",
            "yuan/point",
            "增量点值",
            "money a point beyond the bases",
            nullable=True,
        ),
        _yuan("special", "特例单议付费", "part of what is paid: cases approved by item"),
    ),
)

PAYMENT_TABLES = (PAYMENTS, DIFFERENCES, CLEARING, CLEARING_POOLS, POINT_VALUES)
