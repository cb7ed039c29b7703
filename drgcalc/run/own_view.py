"""`drgcalc settle --as-hospital`: a hospital's own amount from its own records and the bureau's published point values.

The folder given/ of its region holds what the bureau publishes: point_values.csv, and allocations.csv as a statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from drgcalc.base.errors import InputError, RulesError, UsageError
from drgcalc.base.payment_columns import POINT_VALUES
from drgcalc.base.settlement_columns import ALLOCATIONS
from drgcalc.report.year_model import OwnView
from drgcalc.run.group import CASES_FILE, grouped_cases
from drgcalc.run.intake import Progress, silent
from drgcalc.run.period import Period
from drgcalc.run.points import write_settled_cases
from drgcalc.run.publish import lock
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import Region, load_region
from drgcalc.run.settle import terms_of
from drgcalc.run.workspace import workspace
from drgcalc.settlement.own_view import own_amount, own_differences
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import Allocation, PoolValue
from drgcalc.settlement.settle import month_value_rule

GIVEN = "given"
VALUES_FILE, STATEMENT_FILE = "point_values.csv", "allocations.csv"


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
    values, statement = _values(region, policy, period), _statement(region, period, hospital)
    with (
        lock(region.out),
        grouped_cases(region, period, False, strict, progress, repair_codes) as cases,
        workspace() as work,
    ):
        priced = write_settled_cases(region, policy, cases.folder / CASES_FILE, work / CASES_FILE, work)
    own = [row for row in priced.sums.totals if row.hospital_id == hospital]
    if not own:
        raise InputError(f"{period.text}: no record of hospital {hospital}", hint="put its records into discharges/")
    rule = policy.point_value
    if period.is_month and policy.month is not None:
        rule = month_value_rule(rule, policy.month)
    if rule.elastic is not None and not rule.rates:
        raise RulesError(
            f"the point values of {period.text} are elastic: a hospital's own view knows one value a pool",
            hint="ask the bureau for its ledger: it shows points within the base and beyond it, each × its value",
        )
    missing = [row.pool for row in own if row.pool not in values]
    if missing:
        raise _no_value(period, missing[0])
    amounts = tuple(own_amount(row, values[row.pool], rule) for row in own)
    differences = tuple(
        difference
        for row in own
        if row.pool in statement
        for difference in own_differences(row, values[row.pool], statement[row.pool], rule)
    )
    return OwnView(period.text, hospital, amounts, tuple(statement.values()), differences)


def _values(region: Region, policy: Policy, period: Period) -> Mapping[str, Decimal]:
    """The published value of each pool, printed where the policy pays with the printed one."""
    path = region.folder / GIVEN / VALUES_FILE
    if not path.is_file():
        raise _no_value(period, "every pool")
    printed = policy.point_value.pay_with.value == "printed"
    rows = [PoolValue(*row[1:]) for row in read_rows(path, POINT_VALUES) if row[0] == period.text]
    return {row.pool: row.printed if printed else row.value for row in rows}


def _statement(region: Region, period: Period, hospital: str) -> dict[str, Allocation]:
    """The bureau's rows of this hospital by pool; empty without a statement."""
    path = region.folder / GIVEN / STATEMENT_FILE
    if not path.is_file():
        return {}
    rows = (Allocation(*row) for row in read_rows(path, ALLOCATIONS))
    return {row.pool: row for row in rows if (row.period, row.hospital_id) == (period.text, hospital)}


def _no_value(period: Period, pool: str) -> RulesError:
    return RulesError(
        f"no point value of {pool} is given for {period.text}",
        hint=f"copy the bureau's {VALUES_FILE} of the period into {GIVEN}/",
    )
