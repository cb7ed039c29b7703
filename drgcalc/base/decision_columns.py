"""Columns of the decisions of a bureau: one CSV table a kind in decisions/, <kind>.csv or <kind>-<anything>.csv."""

from __future__ import annotations

from drgcalc.base.columns import COEFFICIENT, MONEY, POINTS, Column, Table

RATIO = "DECIMAL(7,4)"


def _maybe(name: str, type_: str, unit: str, chinese: str, meaning: str) -> Column:
    return Column(name, type_, unit, chinese, meaning, required=False, nullable=True)


_HOSPITAL = Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital, a key of hospitals.csv")
_POOL = Column("pool", "VARCHAR", "", "基金池", "pool of region.toml")
_NOTICE = Column("notice", "VARCHAR", "", "文书号", "number of the notice; a decision is known by it")
_DECIDED = Column("decided_on", "DATE", "", "决定日期", "the day it counts from: it enters the ledger of that month")
_MONTH = _maybe("month", "VARCHAR", "", "涉及月份", "month YYYY-MM that it is about, if any")
_REASON = Column("reason", "VARCHAR", "", "事由", "why")
_SOURCE = Column("source", "VARCHAR", "", "依据", "document that says so")
_FROM = Column("effective_from", "DATE", "", "生效日期", "first day")

SPECIAL_CASES = Table(
    "special_cases",
    "one case decided in special review (特例单议)",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "the case"),
        Column("decision", "VARCHAR", "", "结论", "item: paid `amount`; points: `points`; rejected: the normal rule"),
        _maybe("points", POINTS, "points", "核定点数", "points of the case, when the decision is points"),
        _maybe("amount", MONEY, "yuan", "核定金额", "what the fund pays, when the decision is item"),
        _DECIDED,
        _maybe("notice", "VARCHAR", "", "文书号", "number of the notice"),
        _SOURCE,
    ),
)

DEDUCTIONS = Table(
    "deductions",
    "one audit deduction (审核扣款)",
    (
        _NOTICE,
        _HOSPITAL,
        _POOL,
        Column("kind", "VARCHAR", "", "扣款类别", "violation (违规) or over_budget (超总额); they are never added up"),
        Column("amount", MONEY, "yuan", "扣款金额", "what is deducted, without a sign"),
        _DECIDED,
        _MONTH,
        _REASON,
        _SOURCE,
    ),
)

ASSESSMENTS = Table(
    "assessments",
    "one hospital's assessment of a year (年度考核)",
    (
        Column("year", "INTEGER", "", "年度", "settlement year"),
        _HOSPITAL,
        _maybe("pool", "VARCHAR", "", "基金池", "pool of region.toml; empty is every pool"),
        Column("score", RATIO, "ratio", "考核系数", "what the annual payable is multiplied by: 0.98 is 98 points"),
        _maybe("deposit_score", RATIO, "ratio", "质量保证金返还系数", "share of the deposit released; empty: `score`"),
        _DECIDED,
        _SOURCE,
    ),
)

TRANSFERS = Table(
    "transfers",
    "one amount that was booked in the wrong pool (险种划转)",
    (
        _NOTICE,
        _HOSPITAL,
        Column("from_pool", "VARCHAR", "", "转出基金池", "pool it was booked in"),
        Column("to_pool", "VARCHAR", "", "转入基金池", "pool it belongs to"),
        Column("amount", MONEY, "yuan", "金额", "what moves, without a sign"),
        _DECIDED,
        _MONTH,
        _REASON,
        _SOURCE,
    ),
)

MERGERS = Table(
    "mergers",
    "one hospital that became part of another (机构合并)",
    (
        Column("hospital_id", "VARCHAR", "", "原机构代码", "the hospital that ends"),
        Column("into_hospital_id", "VARCHAR", "", "并入机构代码", "the one that takes its place and its accounts"),
        _FROM,
        _SOURCE,
    ),
)

LEVELS = Table(
    "levels",
    "one change of a hospital's level (等级变更)",
    (
        _HOSPITAL,
        Column("level", "VARCHAR", "", "机构等级", "level from that day on, as the policy names it"),
        _maybe("coefficient", COEFFICIENT, "", "调整系数", "coefficient from that day on; empty: as before"),
        _FROM,
        _SOURCE,
    ),
)

CORRECTIONS = Table(
    "corrections",
    "one difference decided by hand (更正)",
    (
        _NOTICE,
        _HOSPITAL,
        _POOL,
        Column("month", "VARCHAR", "", "更正月份", "month YYYY-MM, or year YYYY, that is corrected"),
        Column("cause", "VARCHAR", "", "原因类别", "data, rule or parameter"),
        Column("amount", MONEY, "yuan", "金额", "signed: what the hospital gains"),
        _DECIDED,
        _REASON,
        _SOURCE,
    ),
)

ADJUSTMENTS = Table(
    "adjustments",
    "one change of a year's budget (预算调整)",
    (
        _NOTICE,
        _POOL,
        _maybe(
            "hospital_id",
            "VARCHAR",
            "",
            "机构代码",
            "empty: the pool's budget; with a hospital it changes nothing and is told",
        ),
        Column("amount", MONEY, "yuan", "调整金额", "signed; spread over the months from effective_from on"),
        Column("effective_from", "DATE", "", "生效日期", "earlier months stay as they are"),
        _REASON,
        Column("requester", "VARCHAR", "", "申请单位", "who asked for it"),
        Column("pre_review", "VARCHAR", "", "初审意见", "approved, rejected or pending"),
        _maybe("pre_reviewed_on", "DATE", "", "初审日期", "day of the pre-review"),
        Column("final_review", "VARCHAR", "", "终审意见", "approved, rejected or pending; only approved ones count"),
        _maybe("final_reviewed_on", "DATE", "", "终审日期", "day of the final review"),
        _SOURCE,
    ),
)

ENTRIES = Table(
    "entries",
    "one hospital that joins or leaves in the year (新增与退出定点)",
    (
        _HOSPITAL,
        Column("event", "VARCHAR", "", "事项", "join: settled from that day on; leave: until the day before"),
        _FROM,
        _SOURCE,
    ),
)

ADVANCES = Table(
    "advances",
    "one payment in advance to a hospital (预付金、周转金)",
    (
        _NOTICE,
        _HOSPITAL,
        _POOL,
        Column("kind", "VARCHAR", "", "类别", "advance (预付金) or working_capital (周转金)"),
        Column("amount", MONEY, "yuan", "金额", "what is paid, recovered at the clearing"),
        _DECIDED,
        _SOURCE,
    ),
)

DECISION_TABLES = (
    SPECIAL_CASES,
    DEDUCTIONS,
    ASSESSMENTS,
    TRANSFERS,
    MERGERS,
    LEVELS,
    CORRECTIONS,
    ADJUSTMENTS,
    ENTRIES,
    ADVANCES,
)
