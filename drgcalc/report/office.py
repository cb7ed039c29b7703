"""The office's loops on a terminal: what is due, what differs, who pays whom, where cases stand, how the fund is."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from drgcalc.report import findings
from drgcalc.report.layout import money, number, plain_table
from drgcalc.report.office_model import DueReport, FundReport, LoopReport, NettingReport, ReconciliationReport
from drgcalc.settlement.deadlines import Due
from drgcalc.settlement.fund_watch import Indicator
from drgcalc.settlement.receivables import MISSING_HERE, MISSING_THERE

SHOWN = 20
SOON = 31
"""Days ahead that are shown of what is not overdue."""
_ERRORS = {
    MISSING_HERE: "missing here 中心无账",
    MISSING_THERE: "missing there 医院无账",
    "amount": "amount 金额不符",
    "pool": "pool 基金池不符",
    "month": "month 月份不符",
}


def due(report: DueReport) -> Iterator[RenderableType]:
    """Overdue first, then what is due within a month; what is done is counted."""
    yield Text(f"{report.region} {report.on}", style="bold")
    waiting = [row for row in report.dues if not row.done and row.days_left <= SOON]
    if waiting:
        table = plain_table("Due 待办", ("by", "right"), ("period", "left"), ("what", "fold"), ("state", "left"))
        for row in waiting:
            style = "red" if row.days_left < 0 else ""
            table.add_row(_day(row), row.period, Text(f"{row.label} ({row.source})"), _when(row), style=style)
        yield table
    late = sum(case.overdue for case in report.cases)
    if report.cases:
        yield Text(f"Feedback: {len(report.cases):,} cases wait for their next step, {late:,} are overdue.")
    done = sum(row.done for row in report.dues)
    yield Text(f"{len(waiting)} due within {SOON} days or overdue, {done} done, {len(report.dues) - done} not done.")
    yield from _next(waiting)


def fund(report: FundReport) -> Iterator[RenderableType]:
    """Indicators with their bounds, what patients got back, and what lies outside."""
    yield Text(f"{report.region} {report.period}", style="bold")
    table = plain_table(
        "Fund and coverage 基金预警与覆盖", ("pool", "left"), ("indicator", "fold"), ("value", "right"),
        ("bounds", "fold"), ("working", "fold"),
    )  # fmt: skip
    for row in report.indicators:
        value = "–" if row.value is None else f"{row.value} {'%' if row.unit == 'per cent' else row.unit}"
        style = "" if row.kept else "yellow"
        table.add_row(row.pool, f"{row.name} {row.chinese}", value, _bounds(row), Text(row.working), style=style)
    yield table
    table = plain_table(
        "Patients 参保人待遇, yuan", ("pool", "left"), ("cost", "right"), ("reimbursed", "right"), ("patient", "right"),
        ("%", "right"),
    )  # fmt: skip
    for benefit in report.benefits:
        amounts = (money(amount) for amount in (benefit.total, benefit.reimbursed, benefit.patient))
        table.add_row(benefit.pool, *amounts, "–" if benefit.ratio is None else str(benefit.ratio))
    yield table
    yield from findings.blocks(findings.counted(report.findings))


def reconciliation(report: ReconciliationReport) -> Iterator[RenderableType]:
    """Both accounts a hospital and pool, then the differences by kind."""
    done = report.result
    yield Text(f"{report.region} {report.year}: {', '.join(report.months)}", style="bold")
    table = plain_table(
        "Receivables 应收账, yuan", ("hospital, pool", "fold"), ("whose", "left"), ("billed", "right"),
        ("received", "right"), ("closing", "right"),
    )  # fmt: skip
    for whose, rows in (("centre", done.here), ("hospital", done.there)):
        for row in rows:
            cells = (money(row.billed), money(row.received), money(row.closing))
            table.add_row(f"{row.hospital_id} {row.pool}", whose, *cells)
    yield table
    yield Text(f"{done.matched:,} entries agree, {len(done.differences):,} differ.")
    if not done.differences:
        return
    table = plain_table(
        f"Differences 差错 ({min(len(done.differences), SHOWN)} of {len(done.differences)}), yuan",
        ("hospital", "fold"), ("error", "fold"), ("entry", "fold"), ("difference", "right"),
    )  # fmt: skip
    for entry in done.differences[:SHOWN]:
        here = _entry(entry.pool_here, entry.month_here, entry.amount_here)
        there = _entry(entry.pool_there, entry.month_there, entry.amount_there)
        words = Text(f"{entry.kind}: centre {here}, hospital {there}")
        table.add_row(entry.hospital_id, _ERRORS[entry.error], words, money(entry.difference))
    yield table


def netting(report: NettingReport) -> Iterator[RenderableType]:
    """Who pays whom, and what each agency is left with."""
    yield Text(f"{report.region} {report.period}: {number(report.advances)} advances", style="bold")
    table = plain_table("Payments 轧差付款, yuan", ("from", "fold"), ("to", "fold"), ("amount", "right"))
    for row in report.result.payments:
        table.add_row(row.payer, row.receiver, money(row.amount))
    yield table
    table = plain_table("Nets 净额, yuan", ("agency", "fold"), ("receives", "right"))
    for name, amount in report.result.nets.items():
        table.add_row(name, money(amount))
    yield table
    yield Text("The nets sum to zero.")


def loop(report: LoopReport) -> Iterator[RenderableType]:
    """Cases by state, the overdue ones, and the grouping rate before and after."""
    yield Text(f"{report.region} {report.period} on {report.on}", style="bold")
    states: dict[str, int] = {}
    for case in report.loop.cases:
        states[case.state] = states.get(case.state, 0) + 1
    table = plain_table("Feedback 病例反馈", ("state", "left"), ("cases", "right"))
    for state, count in states.items():
        table.add_row(state, number(count))
    yield table
    overdue = [case for case in report.loop.cases if case.overdue]
    for case in overdue[:SHOWN]:
        yield Text(f"- {case.hospital_id} {case.settlement_id}: {case.state} since {case.since}, due by {case.due_on}")
    rate = report.loop.rate
    yield Text(
        f"Grouping rate 入组率: {rate.before} % before ({rate.grouped_before:,} of {rate.cases:,}), "
        f"{rate.after} % with the final decisions."
    )
    if report.elsewhere:
        yield Text(
            f"{report.elsewhere:,} cases with steps are not of {report.period}: another period's, or a wrong id."
        )
    yield from findings.blocks(findings.counted(report.loop.findings))


def _day(row: Due) -> str:
    return f"{row.due_on}{'?' if row.provisional else ''}"


def _when(row: Due) -> str:
    late = f"{-row.days_left} days late" if row.days_left < 0 else f"{row.days_left} days left"
    return f"{row.state}, {late}"


def _next(waiting: list[Due]) -> Iterator[Text]:
    if not waiting:
        return
    first = waiting[0]
    option = "--month" if "-" in first.period else "--year"
    yield Text("What to do next:", style="bold")
    if first.state == "open":
        yield Text(f"- drgcalc settle {option} {first.period}")
    else:
        yield Text(f"- drgcalc verify {first.period}, then drgcalc close {first.period}")
    if any(row.provisional for row in waiting):
        yield Text("- a day with ? may move: add the holiday notice of that year to calendar/holidays.csv")


def _bounds(row: Indicator) -> str:
    least = f"≥ {row.at_least.normalize():f}" if row.at_least is not None else ""
    most = f"≤ {row.at_most.normalize():f}" if row.at_most is not None else ""
    return " ".join(filter(None, (least, most)))


def _entry(pool: str | None, month: str | None, amount: object) -> str:
    return f"{pool} {month} {amount:,}" if pool and month else "nothing"
