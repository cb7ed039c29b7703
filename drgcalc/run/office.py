"""The office's own loops: reconciliation with hospitals, netting between agencies, feedback, the fund's state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from drgcalc.base.columns import Table
from drgcalc.base.errors import InputError, OutputError, RulesError, UsageError
from drgcalc.base.money import total
from drgcalc.base.office_columns import ADVANCES, BOOKINGS, FEEDBACK, FEEDBACK_CASES, NETS, RECONCILIATION
from drgcalc.report.office_model import FundReport, LoopReport, NettingReport, PoolBenefit, ReconciliationReport
from drgcalc.run.closed import standing_version
from drgcalc.run.database import connect, sql
from drgcalc.run.group import CASES_FILE
from drgcalc.run.period import Period
from drgcalc.run.publish import latest, periods
from drgcalc.run.published import read_allocations, read_method_payments
from drgcalc.run.region import Region, load_region
from drgcalc.run.region_tables import Row, read_table
from drgcalc.run.terms import fund_of, terms_of
from drgcalc.run.workspace import workspace
from drgcalc.run.writing import write_csv
from drgcalc.run.year import read_payments
from drgcalc.settlement.feedback import Event, FeedbackRule, GroupedCase, Loop, run_loop
from drgcalc.settlement.fund_watch import Covered, coverages, patient_benefit, warnings, watch_findings
from drgcalc.settlement.identities import prove
from drgcalc.settlement.netting import Advance, net
from drgcalc.settlement.payment_rows import owing
from drgcalc.settlement.policy import policy_for_month, policy_for_year, read_policies
from drgcalc.settlement.receivables import BILLED, DEDUCTION, RECEIVED, Booking, reconcile
from drgcalc.settlement.working_days import WorkingDays

OUR_BOOKS = "receivables"
"""Folder of entries of the centre that no settlement makes: opening balances, payments by hand."""


def fund_watch(folder: Path, period: Period) -> FundReport:
    """Warnings, coverages and what patients got back in a settled year. Raises RulesError without [policy.watch]."""
    region = load_region(folder)
    rules = terms_of(region, period).policy.watch
    if rules is None:
        raise RulesError(
            f"the policy in force in {period.text} has no [policy.watch]",
            hint="add warnings and coverage with their bounds, or settle a year whose policy has them",
        )
    fund = {(item.pool, item.item): item for item in fund_of(region, period)}
    cases = _newest(region, period.text) / CASES_FILE
    sums = next(iter(_query(cases, "coverage_sums")))
    covered = (
        Covered("region", Decimal(sums[0]), Decimal(len(region.pools))),
        Covered("institution", Decimal(sums[1]), Decimal(sums[2])),
        Covered("disease", Decimal(sums[3]), Decimal(sums[4])),
        Covered("fund", sums[5], sums[6]),
    )
    indicators = (*warnings(rules, fund), *coverages(rules, covered))
    benefits = tuple(
        PoolBenefit(pool, *patient_benefit(fee, paid)) for pool, fee, paid in _query(cases, "benefit_sums")
    )
    return FundReport(region.name, period.text, indicators, benefits, watch_findings(indicators))


def reconcile_books(folder: Path, year: Period, file: Path, *, out: Path | None = None) -> ReconciliationReport:
    """What hospitals booked in `file` against the centre's account of the settled months of a year.

    Raises InputError when the file cannot be read, UsageError when no month of the year is settled.
    """
    region = load_region(folder)
    theirs = [_booking(row) for row in _file_rows(BOOKINGS, file)]
    hospitals = {row.hospital_id for row in theirs}
    months = [name for name in periods(region.out) if name.startswith(f"{year.text}-")]
    if not months:
        raise UsageError(
            f"no month of {year.text} is settled in {region.out}", hint="run `drgcalc settle --month` first"
        )
    ours = [row for row in _our_bookings(region, months, year) if row.hospital_id in hospitals]
    done = reconcile(ours, theirs)
    prove(done.identities)
    _write(out, RECONCILIATION, done.differences)
    return ReconciliationReport(region.name, year.text, tuple(months), done)


def netting(folder: Path, period: Period, file: Path, *, out: Path | None = None) -> NettingReport:
    """The advances between agencies in `file`, of a year or month, brought to one payment a pair."""
    region = load_region(folder)
    advances = [Advance(**row.cells) for row in _file_rows(ADVANCES, file)]  # type: ignore[arg-type]
    own = [row for row in advances if row.period == period.text or row.period.startswith(f"{period.text}-")]
    if not own:
        raise InputError(f"{file.name} has no advance of {period.text}", hint="its column period says what it has")
    done = net(period.text, own)
    prove(done.identities)
    _write(out, NETS, done.payments)
    return NettingReport(region.name, period.text, len(own), done)


def feedback(folder: Path, period: Period, calendar: WorkingDays, on: date, *, out: Path | None = None) -> LoopReport:
    """Where the cases of a month or year stand in the feedback loop. Raises RulesError without [policy.feedback]."""
    region = load_region(folder)
    rule = terms_of(region, period).policy.feedback
    if rule is None:
        raise RulesError(
            f"the policy in force in {period.text} has no [policy.feedback]",
            hint="add reply, review and final in days of work, each with its source",
        )
    events = _events(region)
    loop = _loop(region, rule, period.text, events, calendar, on)
    _write(out, FEEDBACK_CASES, loop.cases)
    elsewhere = len({event.settlement_id for event in events}) - len(loop.cases)
    return LoopReport(region.name, period.text, on, loop, elsewhere)


def feedback_loops(region: Region, calendar: WorkingDays, on: date) -> Iterator[Loop]:
    """The loop of every grouped month whose policy has one, when the region has steps at all."""
    events = _events(region)
    if not events:
        return
    policies = read_policies(region.policy_blocks, "region.toml", [pool.id for pool in region.pools])
    for name in periods(region.out):
        period = name.removeprefix("cases/")
        if name.startswith("cases/") and ".." not in period:
            policy = policy_for_month(policies, period) if "-" in period else policy_for_year(policies, int(period))
            if policy.feedback is not None:
                yield _loop(region, policy.feedback, period, events, calendar, on)


def _events(region: Region) -> list[Event]:
    return [
        Event(**row.cells)  # type: ignore[arg-type]
        for path in sorted(region.folder.glob("feedback/*.csv"))
        for row in read_table(FEEDBACK, path, region.folder)
    ]


def _loop(
    region: Region, rule: FeedbackRule, period: str, events: Sequence[Event], calendar: WorkingDays, on: date
) -> Loop:
    cases = _newest(region, f"cases/{period}") / CASES_FILE
    ids = sorted({event.settlement_id for event in events})
    found = [GroupedCase(*row) for row in _query(cases, "feedback_cases", {"ids": ids})]
    statuses: dict[str, int] = dict(_query(cases, "case_counts"))
    known = {row.settlement_id: row for row in found}
    of_period = [event for event in events if event.settlement_id in known]
    return run_loop(rule, known, statuses, of_period, calendar, on)


def _our_bookings(region: Region, months: Sequence[str], year: Period) -> Iterator[Booking]:
    """The centre's entries: what cases billed, what months paid, what was deducted, and entries by hand."""
    for month in months:
        folder = _newest(region, month)
        for hospital, pool, booked in _query(folder / CASES_FILE, "billed_sums"):
            yield Booking(hospital, pool, month, BILLED, booked, "")
        for (hospital, pool), amount in _received(folder).items():
            if amount:
                yield Booking(hospital, pool, month, RECEIVED, amount, "")
    for deduction in region.decisions.deductions:
        month = deduction.month or f"{deduction.decided_on:%Y-%m}"
        if month.startswith(year.text):
            yield Booking(deduction.hospital_id, deduction.pool, month, DEDUCTION, deduction.amount, deduction.notice)
    for path in sorted(region.folder.glob(f"{OUR_BOOKS}/*.csv")):
        yield from (_booking(row) for row in read_table(BOOKINGS, path, region.folder))


def _received(folder: Path) -> dict[tuple[str, str], Decimal]:
    """What a settled month has sent to each hospital and pool: its payments, or without them what is not retained."""
    if payments := read_payments(folder):
        return {(row.hospital_id, row.pool): total((row.paid, row.advance)) for row in payments}
    found: dict[tuple[str, str], list[Decimal]] = {}
    for row in owing(read_allocations(folder), read_method_payments(folder)):
        found.setdefault((row.hospital_id, row.pool), []).append(row.unretained)
    return {place: total(found[place]) for place in sorted(found)}


def _booking(row: Row) -> Booking:
    cells = {name: "" if cell is None else cell for name, cell in row.cells.items()}
    return Booking(**cells)  # type: ignore[arg-type]


def _file_rows(table: Table, file: Path) -> list[Row]:
    if not file.is_file():
        raise InputError(f"{file} is no file", hint="name the CSV file; drgcalc/REFERENCE.md lists its columns")
    rows = read_table(table, file, file.parent)
    if not rows:
        raise InputError(f"{file.name} has no row", hint=f"one row is {table.grain}")
    return rows


def _newest(region: Region, period: str) -> Path:
    folder = latest(region.out, period) if "/" in period else standing_version(region.out, period)
    if folder is None:
        command = "group" if period.startswith("cases/") else "settle"
        raise UsageError(f"{period} is not published in {region.out}", hint=f"run `drgcalc {command}` first")
    return folder


def _query(cases: Path, name: str, parameters: dict[str, object] | None = None) -> list[tuple[Any, ...]]:
    """The rows of one query of this package over published cases."""
    with workspace() as work, connect(work) as con:
        con.read_parquet(str(cases)).create_view("cases")
        return con.execute(sql("drgcalc.run", name), parameters or {}).fetchall()


def _write(out: Path | None, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Write a result to a new file, for people. Raises OutputError when the file is there already."""
    if out is None:
        return
    if out.exists():
        raise OutputError(f"{out} is there already", hint="name a new file: nothing is ever overwritten")
    write_csv(out, table, rows, "both")
