"""`drgcalc due`: what is due, by the calendar that ships, the region's own rows, and what is published and closed."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path

from drgcalc.base.columns import Table
from drgcalc.base.office_columns import DEADLINES, HOLIDAYS
from drgcalc.report.office_model import DueReport, LoopReport
from drgcalc.run.closed import closed_periods
from drgcalc.run.group import whole_span
from drgcalc.run.office import feedback, feedback_loops
from drgcalc.run.period import Period
from drgcalc.run.publish import periods
from drgcalc.run.region import Region, load_region
from drgcalc.run.region_tables import Row, read_table
from drgcalc.settlement.deadlines import CLEARING, CLOSED, PUBLISHED, Deadline, Fixed, dues
from drgcalc.settlement.policy import read_policies
from drgcalc.settlement.working_days import Holiday, WorkingDays


def due(folder: Path, on: date | None = None) -> DueReport:
    """What is due on a day, today when none is named. Raises RulesError for a region or calendar that is wrong."""
    region = load_region(folder)
    day = on or date.today()
    calendar = working_days(region)
    rows = dues(deadlines(region), calendar, whole_span(region).first, day, states(region), policy_days(region))
    cases = tuple(row for loop in feedback_loops(region, calendar, day) for row in loop.cases if row.due_on)
    return DueReport(region.name, day, rows, cases)


def feedback_on(folder: Path, period: Period, on: date | None = None, *, out: Path | None = None) -> LoopReport:
    """Where cases stand in the feedback loop on a day, today when none is named, by the region's calendar."""
    return feedback(folder, period, working_days(load_region(folder)), on or date.today(), out=out)


def working_days(region: Region) -> WorkingDays:
    """The calendar that ships with the region's own rows; of a day that both name, the region's counts."""
    rows = (*_shipped("holidays.csv", HOLIDAYS), *_own(region, "holidays.csv", HOLIDAYS))
    return WorkingDays(Holiday(**row.cells) for row in rows)  # type: ignore[arg-type]


def deadlines(region: Region) -> tuple[Deadline, ...]:
    """The deadlines that ship; the region's rows of a code replace all of them that have it."""
    shipped = [Deadline(**row.cells) for row in _shipped("deadlines.csv", DEADLINES)]  # type: ignore[arg-type]
    own = [Deadline(**row.cells) for row in _own(region, "deadlines.csv", DEADLINES)]  # type: ignore[arg-type]
    replaced = {row.code for row in own}
    return (*(row for row in shipped if row.code not in replaced), *own)


def policy_days(region: Region) -> dict[tuple[str, str], Fixed]:
    """The day of each year's clearing that a policy sets itself: it lies in the year after."""
    policies = read_policies(region.policy_blocks, "region.toml", [pool.id for pool in region.pools])
    return {
        (CLEARING, str(policy.clearing.deadline.day.year - 1)): Fixed(*policy.clearing.deadline)
        for policy in policies
        if policy.clearing is not None and policy.clearing.deadline is not None
    }


def states(region: Region) -> dict[str, str]:
    """Published or closed, for every settled period of the region."""
    closed = closed_periods(region.out)
    return {name: CLOSED if name in closed else PUBLISHED for name in periods(region.out) if "/" not in name}


def _shipped(name: str, table: Table) -> list[Row]:
    path = Path(str(resources.files("drgcalc.run") / "calendar" / name))
    return read_table(table, path, path.parent)


def _own(region: Region, name: str, table: Table) -> list[Row]:
    path = region.folder / "calendar" / name
    return read_table(table, path, region.folder) if path.is_file() else []
