"""`drgcalc settle --as-hospital`: a hospital's own amount from its own records and the bureau's published point values.

The folder given/ of its region holds what the bureau publishes or hands out: point_values.csv; allocations.csv as a
statement; cases.csv, the cases behind it; payments.csv of a month or clearing.csv of a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq

from drgcalc.base.errors import InputError, RulesError, UsageError
from drgcalc.base.payment_columns import PAYMENTS, POINT_VALUES
from drgcalc.base.proof_columns import OWN_CASES
from drgcalc.base.settlement_columns import ALLOCATIONS
from drgcalc.report.year_model import OwnView
from drgcalc.run.group import CASES_FILE, grouped_cases
from drgcalc.run.hospital_files import OWN_CASES_FILE
from drgcalc.run.intake import Progress, silent
from drgcalc.run.period import Period
from drgcalc.run.points import write_settled_cases
from drgcalc.run.publish import lock
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import Region, load_region
from drgcalc.run.terms import terms_of, with_bases
from drgcalc.run.workspace import workspace
from drgcalc.run.year import CLEARING_FILE, PAYMENTS_FILE, cleared_rows
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.own_view import (
    CaseLine,
    OwnDifference,
    Values,
    month_steps,
    own_amount,
    own_differences,
    year_steps,
)
from drgcalc.settlement.payment_rows import Payment
from drgcalc.settlement.point_terms import segment_rows
from drgcalc.settlement.point_value import printed_value
from drgcalc.settlement.policy import PointValueRule, Policy
from drgcalc.settlement.rows import Allocation, HospitalTotals, PoolValue
from drgcalc.settlement.settle import month_value_rule
from drgcalc.settlement.totals import ALL_RECORDS

GIVEN = "given"
VALUES_FILE, STATEMENT_FILE = "point_values.csv", "allocations.csv"
_NAMES = CaseLine._fields


def own_view(
    folder: Path,
    period: Period,
    hospital: str,
    *,
    strict: bool = False,
    progress: Progress = silent,
    repair_codes: bool = False,
) -> OwnView:
    """What a hospital is owed by its own records; nothing is settled or published, its cases are.

    Raises UsageError for a hospital the region does not know, RulesError when no point value is given for the period,
    InputError when the records hold none of the hospital.
    """
    region = load_region(folder)
    if hospital not in {row.hospital_id for row in region.hospitals}:
        raise UsageError(f"hospitals.csv has no hospital {hospital}", hint="ids are text: mind leading zeros")
    policy = terms_of(region, period).policy
    rule = policy.point_value
    if period.is_month and policy.month is not None:
        rule = month_value_rule(rule, policy.month)
    values, statement = _values(region, rule, period), _statement(region, period, hospital)
    with (
        lock(region.out),
        grouped_cases(region, period, False, strict, progress, repair_codes) as cases,
        workspace() as work,
    ):
        priced = write_settled_cases(region, policy, cases.folder / CASES_FILE, work / CASES_FILE, work)
        ours = tuple(_own_cases(work / CASES_FILE, hospital, policy))
    own: Sequence[HospitalTotals] = [row for row in priced.sums.totals if row.hospital_id == hospital]
    if not own:
        raise InputError(f"{period.text}: no record of hospital {hospital}", hint="put its records into discharges/")
    if rule.elastic is not None and not rule.rates:
        own = with_bases(region, policy, period, own)
    missing = [row.pool for row in own if row.pool not in values]
    if missing:
        raise _no_value(period, missing[0])
    theirs = _given_cases(region, hospital, policy)
    paid = _paid(region, period, hospital)
    return OwnView(
        period=period.text,
        hospital_id=hospital,
        amounts=tuple(own_amount(row, values[row.pool], rule) for row in own),
        statement=tuple(statement.values()),
        differences=tuple(
            difference
            for row in own
            if row.pool in statement
            for difference in own_differences(
                row, values[row.pool], statement[row.pool], rule, None if theirs is None else (ours, theirs)
            )
        ),
        payments=paid.steps,
        sent=paid.sent,
        missing=tuple(_not_given(region, period)),
    )


def _values(region: Region, rule: PointValueRule, period: Period) -> Mapping[str, Values]:
    """The published values of each pool, printed where the policy pays with the printed ones."""
    path = region.folder / GIVEN / VALUES_FILE
    if not path.is_file():
        raise _no_value(period, "every pool")
    rows = [PoolValue(*row[1:]) for row in read_rows(path, POINT_VALUES) if row[0] == period.text]
    if rule.pay_with.value != "printed":
        return {row.pool: Values(row.value, row.increment_value) for row in rows}
    beyond = {row.pool: row.increment_value for row in rows if row.increment_value is not None}
    printed = {pool: printed_value(Fraction(value), rule) for pool, value in beyond.items()}
    return {row.pool: Values(row.printed, printed.get(row.pool)) for row in rows}


def _statement(region: Region, period: Period, hospital: str) -> dict[str, Allocation]:
    """The bureau's rows of this hospital by pool; empty without a statement."""
    path = region.folder / GIVEN / STATEMENT_FILE
    if not path.is_file():
        return {}
    rows = (Allocation(*row) for row in read_rows(path, ALLOCATIONS))
    return {row.pool: row for row in rows if (row.period, row.hospital_id) == (period.text, hospital)}


def _own_cases(settled: Path, hospital: str, policy: Policy) -> Iterable[CaseLine]:
    """The hospital's own cases that earn points."""
    names = ["hospital_id", "method", "segment", *_NAMES[:2], "case_points", *_NAMES[3:]]
    table = pq.read_table(settled, columns=names)
    rows = table.filter(pc.equal(table["hospital_id"], hospital)).to_pylist()
    return _lines(({**row, "points": row["case_points"]} for row in rows if row["method"] is None), policy)


def _given_cases(region: Region, hospital: str, policy: Policy) -> tuple[CaseLine, ...] | None:
    """The bureau's cases of this hospital; None when it has not given them."""
    path = region.folder / GIVEN / OWN_CASES_FILE
    if not path.is_file():
        return None
    rows = (dict(zip(OWN_CASES.names(), row, strict=True)) for row in read_rows(path, OWN_CASES))
    own = (row for row in rows if row["hospital_id"] == hospital and not row["method"])
    return tuple(_lines(({**row, "points": row["case_points"]} for row in own), policy))


def _lines(rows: Iterable[Mapping[str, object]], policy: Policy) -> Iterable[CaseLine]:
    """Cases with the amounts that the policy lets count."""
    counting = {row.name for row in segment_rows(policy.points) if row.carries_points}
    every = policy.point_value.amounts.value == ALL_RECORDS
    for row in rows:
        line = CaseLine(*(row[name] for name in _NAMES))  # type: ignore[arg-type]
        counts = every or row["segment"] in counting
        yield line if counts else line._replace(total_fee=ZERO, fund_booked=ZERO, patient_paid=ZERO)


class _Sent(NamedTuple):
    steps: tuple[OwnDifference, ...]
    sent: Mapping[str, Decimal]


def _paid(region: Region, period: Period, hospital: str) -> _Sent:
    """From the bureau's payable to what it sends, by its payments.csv of the month or its clearing.csv of the year."""
    path = region.folder / GIVEN / (PAYMENTS_FILE if period.is_month else CLEARING_FILE)
    if not path.is_file():
        return _Sent((), {})
    if period.is_month:
        months = [Payment(*row) for row in read_rows(path, PAYMENTS)]
        own = [row for row in months if (row.period, row.hospital_id) == (period.text, hospital)]
        return _Sent(tuple(step for row in own for step in month_steps(row)), {row.pool: row.paid for row in own})
    cleared = [row for row in cleared_rows(path) if (row.year, row.hospital_id) == (period.year, hospital)]
    return _Sent(
        tuple(step for row in cleared for step in year_steps(row)), {row.pool: row.clearing for row in cleared}
    )


def _not_given(region: Region, period: Period) -> Iterable[str]:
    """The bureau's files that would tell more, as paths in the region."""
    pay = PAYMENTS_FILE if period.is_month else CLEARING_FILE
    names = (STATEMENT_FILE, OWN_CASES_FILE, pay)
    return (f"{GIVEN}/{name}" for name in names if not (region.folder / GIVEN / name).is_file())


def _no_value(period: Period, pool: str) -> RulesError:
    return RulesError(
        f"no point value of {pool} is given for {period.text}",
        hint=f"copy the bureau's {VALUES_FILE} of the period into {GIVEN}/",
    )
