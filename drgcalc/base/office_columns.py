"""Columns of the tables an office keeps beside the settlement: calendar, hospital books, netting and feedback."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, Column, Table

_POOL = Column("pool", "VARCHAR", "", "基金池", "pool of region.toml")
_HOSPITAL = Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital")


def _empty(name: str, type_: str, unit: str, chinese: str, meaning: str) -> Column:
    return Column(name, type_, unit, chinese, meaning, required=False, nullable=True)


HOLIDAYS = Table(
    "calendar/holidays",
    "one span of days that are not what their weekday says",
    (
        Column("first_day", "DATE", "", "首日", "first day"),
        Column("last_day", "DATE", "", "末日", "last day"),
        Column("kind", "VARCHAR", "", "类别", "holiday, or workday on a weekend"),
        Column("name", "VARCHAR", "", "名称", "which holiday"),
        Column("source", "VARCHAR", "", "依据", "notice of the State Council's general office"),
    ),
)

DEADLINES = Table(
    "calendar/deadlines",
    "one thing that is due after every month or year, and span of settlement years",
    (
        Column("code", "VARCHAR", "", "代码", "month_data or clearing"),
        Column("label", "VARCHAR", "", "事项", "what is due"),
        Column("of", "VARCHAR", "", "周期", "month or year: of what it is due"),
        _empty("working_days", "INTEGER", "days", "工作日", "within so many working days after its end"),
        _empty("due_month", "INTEGER", "", "截止月", "or by this month of the year after"),
        _empty("due_day", "INTEGER", "", "截止日", "and this day"),
        Column("first_year", "INTEGER", "", "起始年度", "first settlement year"),
        _empty("last_year", "INTEGER", "", "截止年度", "last settlement year; empty while it is in force"),
        Column("source", "VARCHAR", "", "依据", "document that sets it"),
    ),
)

BOOKINGS = Table(
    "hospital bookings",
    "one entry of a hospital's receivable ledger",
    (
        _HOSPITAL,
        _POOL,
        Column("month", "VARCHAR", "", "所属月份", "month YYYY-MM the entry is about"),
        Column("kind", "VARCHAR", "", "类别", "opening, billed, received or deduction"),
        Column("amount", MONEY, "yuan", "金额", "without a sign; a reversal is negative"),
        _empty("reference", "VARCHAR", "", "凭证号", "voucher or notice"),
    ),
)

RECONCILIATION = Table(
    "reconciliation",
    "one difference between the centre's account and what the hospital booked",
    (
        _HOSPITAL,
        Column("error", "VARCHAR", "", "差错类别", "missing_here, missing_there, amount, pool or month"),
        Column("kind", "VARCHAR", "", "类别", "opening, billed, received or deduction"),
        _empty("pool_here", "VARCHAR", "", "中心基金池", "pool in the centre's account"),
        _empty("month_here", "VARCHAR", "", "中心月份", "month in the centre's account"),
        _empty("amount_here", MONEY, "yuan", "中心金额", "amount in the centre's account"),
        _empty("pool_there", "VARCHAR", "", "医院基金池", "pool the hospital booked"),
        _empty("month_there", "VARCHAR", "", "医院月份", "month the hospital booked"),
        _empty("amount_there", MONEY, "yuan", "医院金额", "amount the hospital booked"),
        Column("difference", MONEY, "yuan", "差额", "booked by the hospital less the centre's"),
        _empty("reference", "VARCHAR", "", "凭证号", "voucher or notice"),
    ),
)

ADVANCES = Table(
    "agency advances",
    "one amount that an agency has paid for another one",
    (
        Column("period", "VARCHAR", "", "期间", "year YYYY or month YYYY-MM"),
        Column("paid_by", "VARCHAR", "", "垫付经办机构", "agency that has paid"),
        Column("owed_by", "VARCHAR", "", "应付经办机构", "agency whose insured persons it was for"),
        Column("amount", MONEY, "yuan", "金额", "not negative"),
        Column("source", "VARCHAR", "", "依据", "statement"),
    ),
)

NETS = Table(
    "agency nets",
    "one payment between two agencies that settles all advances of the period",
    (
        Column("period", "VARCHAR", "", "期间", "year YYYY or month YYYY-MM"),
        Column("payer", "VARCHAR", "", "付款经办机构", "agency that pays"),
        Column("receiver", "VARCHAR", "", "收款经办机构", "agency that receives"),
        Column("amount", MONEY, "yuan", "金额", "what is left after netting"),
        Column("explanation", "VARCHAR", "", "说明", "advances both ways"),
    ),
)

FEEDBACK = Table(
    "feedback",
    "one step of the feedback on one case",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "the case"),
        Column("step", "VARCHAR", "", "环节", "fed_back, replied, reviewed or final, in this order"),
        Column("on", "DATE", "", "日期", "day of the step"),
        Column("by", "VARCHAR", "", "经办", "office or hospital, no person's name"),
        _empty("group_code", "VARCHAR", "", "病组编码", "group asked for (replied), proposed or decided"),
        _empty("note", "VARCHAR", "", "说明", "what it says"),
    ),
)

FEEDBACK_CASES = Table(
    "feedback cases",
    "one case in the feedback loop",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "the case"),
        _HOSPITAL,
        _POOL,
        Column("status", "VARCHAR", "", "入组状态", "status of grouping"),
        _empty("group_code", "VARCHAR", "", "病组编码", "group of grouping"),
        Column("state", "VARCHAR", "", "所处环节", "grouped, fed_back, replied, reviewed or final"),
        _empty("since", "DATE", "", "环节日期", "day of the last step"),
        _empty("due_on", "DATE", "", "截止日期", "day by which the next step is due"),
        Column("overdue", "BOOLEAN", "", "逾期", "whether that day has passed"),
        _empty("final_group", "VARCHAR", "", "核定病组", "group decided in the end"),
    ),
)

OFFICE_TABLES = (HOLIDAYS, DEADLINES, BOOKINGS, RECONCILIATION, ADVANCES, NETS, FEEDBACK, FEEDBACK_CASES)
