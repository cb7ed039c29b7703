"""The grouped stays of several years as sums that calibration works on, in one DuckDB connection."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from drgcalc.base.errors import RulesError
from drgcalc.base.money import to_units
from drgcalc.calibration.terms import HistoryRule, Trim
from drgcalc.run.database import connect, sql
from drgcalc.run.group import CASES_FILE, grouped_cases
from drgcalc.run.intake import Progress
from drgcalc.run.manifest import Manifest
from drgcalc.run.period import span
from drgcalc.run.region import Region
from drgcalc.run.region_tables import Score
from drgcalc.settlement.rows import Hospital

CALIBRATION = "drgcalc.calibration"
UNTRIMMED = Trim(Decimal(0), Decimal(1), 1)
EVERY_LEVEL = ""
SCORE_PLACES, COEFFICIENT_PLACES = 4, 6


@dataclass(frozen=True)
class History:
    """The years, oldest first, their cases' manifest, and a connection with tables stays, bounds and cells."""

    con: duckdb.DuckDBPyConnection
    years: tuple[int, ...]
    cases: Manifest

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of one SELECT of drgcalc/calibration/sql."""
        return self.con.execute(sql(CALIBRATION, name), dict(parameters or {})).fetchall()


@contextmanager
def open_history(
    region: Region, years: Sequence[int], rule: HistoryRule, dry_run: bool, strict: bool, progress: Progress
) -> Iterator[History]:
    """Group the years' records unless that is done already, and sum them; the caller holds the region's lock.

    Raises RulesError when the rule weighs another number of years, and what grouping raises.
    """
    if len(years) != len(rule.weights):
        raise RulesError(
            f"calibration.history.weights weighs {len(rule.weights)} years, and --years names {len(years)}",
            hint="name as many years as there are weights, or change the weights",
        )
    period = span(date(years[0], 1, 1), date(years[-1], 12, 31))
    trim = rule.trim or UNTRIMMED
    with (
        grouped_cases(region, period, dry_run, strict, progress) as cases,
        tempfile.TemporaryDirectory(prefix=".work.partial-", dir=region.out) as work,
        connect(Path(work)) as con,
    ):
        con.read_parquet(str(cases.folder / CASES_FILE)).create_view("cases")
        bounds = {"least_cases": trim.least_cases, "lower": trim.lower, "upper": trim.upper}
        for name, parameters in (("create_stays", {}), ("create_bounds", bounds), ("create_cells", {})):
            con.execute(sql(CALIBRATION, name), parameters).complete()
        yield History(con, tuple(years), cases.manifest)


def scores_on(region: Region, day: date) -> tuple[Score, ...]:
    """The scores in force on a day."""
    return tuple(row for row in region.scores if _covers(row, day))


def hospitals_on(region: Region, day: date) -> dict[str, Hospital]:
    """The hospitals in force on a day, by id."""
    return {row.hospital_id: row for row in region.hospitals if _covers(row, day)}


def hospitals_between(region: Region, first: date, last: date) -> dict[str, Hospital]:
    """The hospitals in force on some of these days, by id, as they were on the first of them."""
    met = (
        row
        for row in region.hospitals
        if row.effective_from <= last and (row.effective_to is None or row.effective_to >= first)
    )
    return {row.hospital_id: row for row in sorted(met, key=lambda row: row.effective_from, reverse=True)}


def register_scores(history: History, name: str, scores: Mapping[tuple[str, str], Decimal]) -> None:
    """Make scores (by group and level, "" every level) a table of the connection, in units of 10^-4."""
    keys = sorted(scores)
    columns = {
        "group_code": pa.array([group for group, _ in keys], pa.string()),
        "level": pa.array([level for _, level in keys], pa.string()),
        "score": pa.array([to_units(scores[key], SCORE_PLACES) for key in keys], pa.int64()),
    }
    history.con.register(name, pa.table(columns))


def register_coefficients(history: History, hospitals: Mapping[str, Hospital]) -> tuple[str, ...]:
    """Make the coefficient of every hospital with stays a table, in units of 10^-6; those without a row count as 1.

    Gives the hospitals without a row.
    """
    met = [row[0] for row in history.rows("hospitals_met")]
    units = [
        to_units(hospitals[name].coefficient, COEFFICIENT_PLACES) if name in hospitals else 10**COEFFICIENT_PLACES
        for name in met
    ]
    table = {"hospital_id": pa.array(met, pa.string()), "coefficient": pa.array(units, pa.int64())}
    history.con.register("coefficients", pa.table(table))
    return tuple(name for name in met if name not in hospitals)


def _covers(row: Score | Hospital, day: date) -> bool:
    return row.effective_from <= day and (row.effective_to is None or row.effective_to >= day)
