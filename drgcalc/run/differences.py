"""Differences to closed months: what their records, decisions, tables and rules give today, less what was posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from drgcalc.base.money import total
from drgcalc.base.payment_columns import DIFFERENCES
from drgcalc.report.year_model import Change
from drgcalc.run.closed import closed_periods, closed_with, standing_version
from drgcalc.run.group import CASES_FILE, Cases
from drgcalc.run.manifest import read_manifest
from drgcalc.run.period import Period, parse_period
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import Region
from drgcalc.run.snapshot import read_texts, texts_of
from drgcalc.run.stages import Resettle, Side, by_month, changes, effective, published_amounts, same_cases
from drgcalc.run.workspace import workspace
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.payment_rows import Difference

DIFFERENCES_FILE = "differences.csv"


def months_before(period: Period) -> list[str]:
    """The months of the year before this one; before a year's clearing, all of them."""
    last = period.first.month if period.is_month else 13
    return [f"{period.year}-{number:02}" for number in range(1, last)]


def closed_before(region: Region, period: Period) -> list[str]:
    """The closed months of the year before this one."""
    closed = closed_periods(region.out)
    return [month for month in months_before(period) if month in closed]


def closed_years(region: Region, period: Period) -> list[str]:
    """The closed years before the period's."""
    return [name for name in closed_periods(region.out) if "-" not in name and name < str(period.year)]


def differences(region: Region, period: Period, year_cases: Cases, resettle: Resettle) -> tuple[Difference, ...]:
    """What closed months owe hospitals beyond what was posted for them, by month, cause, pool and hospital.

    `year_cases` are the year's cases as the records are today.
    """
    posted = _posted(region, period)
    texts, scheme = texts_of(region), year_cases.manifest.scheme["checksum"]
    found: list[Difference] = []
    with workspace() as work:
        for month, cases in by_month(year_cases.folder / CASES_FILE, closed_before(region, period), work).items():
            now = Side(cases, texts, scheme)
            found += less_posted(month, _since_closing(region, month, now, resettle), posted)
    return tuple(sorted(found))


def _since_closing(region: Region, month: str, now: Side, resettle: Resettle) -> list[Change]:
    """All that has changed since the month was closed, by cause."""
    folder = standing_version(region.out, month)
    if folder is None:
        return []
    then = Side(folder / CASES_FILE, read_texts(folder), read_manifest(folder).scheme["checksum"])
    if effective(then.texts) == effective(now.texts) and same_cases(then.cases, now.cases):
        return []
    return changes(parse_period(month), then, published_amounts(folder), now, closed_with(region.out), resettle)


def _posted(region: Region, period: Period) -> list[Difference]:
    """Differences that earlier months have posted already, in order."""
    found: list[Difference] = []
    for month in months_before(period):
        folder = standing_version(region.out, month)
        if folder is not None and (folder / DIFFERENCES_FILE).is_file():
            found += read_differences(folder)
    return found


def read_differences(folder: Path) -> tuple[Difference, ...]:
    """differences.csv of a published version."""
    return tuple(Difference(*row) for row in read_rows(folder / DIFFERENCES_FILE, DIFFERENCES))


def less_posted(closed: str, changed: Iterable[Change], posted: Iterable[Difference]) -> list[Difference]:
    """What is left to post for a closed period; a difference that has vanished is taken back."""
    parts: defaultdict[tuple[str, str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for change in changed:
        parts[change.cause, change.pool, change.hospital_id].append((change.payable, change.retained))
    for row in posted:
        if row.corrects == closed:
            parts[row.cause, row.pool, row.hospital_id].append((less(ZERO, row.payable), less(ZERO, row.retained)))
    made = [
        Difference(closed, *key, total(payable for payable, _ in amounts), total(retained for _, retained in amounts))
        for key, amounts in parts.items()
    ]
    return [row for row in made if row.payable or row.retained]
