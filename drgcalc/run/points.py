"""Points onto cases: the settlement's SQL run in order, and the exact sums of pool × hospital over what it gives."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow.parquet as pq

from drgcalc.base.columns import HOSPITALS, SCORES
from drgcalc.base.errors import Finding
from drgcalc.run.database import connect, sql
from drgcalc.run.region import Region
from drgcalc.run.writing import REPEATING, UNSETTLED, arrow_table, beside, cases_writer
from drgcalc.settlement.findings import StatusTotals, UnmatchedRefunds, case_findings
from drgcalc.settlement.points import (
    POINT_QUERIES,
    point_parameters,
    raise_missing_hospitals,
    raise_missing_scores,
    raise_overlaps,
    segment_rows,
)
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals

SETTLEMENT = "drgcalc.settlement"
CASE_POINTS = "case_points"
KEYS = ("source_file", "source_row")
CHUNK = 4
"""Row groups that are given their points at a time: half a million cases, so that memory stays flat."""

_CHECKS: dict[str, Callable[[list[Any]], None]] = {
    "overlapping_terms": raise_overlaps,
    "missing_scores": raise_missing_scores,
    "missing_hospitals": raise_missing_hospitals,
}


class Sums(NamedTuple):
    """What the settlement needs of the cases. `pool_points` are summed apart from `totals`, to prove them."""

    totals: tuple[HospitalTotals, ...]
    pool_points: dict[str, Decimal]


class Priced(NamedTuple):
    """Cases that carry points: their sums, and what their points have to say."""

    sums: Sums
    findings: tuple[Finding, ...]


def write_settled_cases(region: Region, policy: Policy, cases: Path, target: Path, work: Path) -> Priced:
    """Write the cases with their points to `target`, in the order of `cases`; sum them and look at them as a whole.

    Raises RulesError when a group has no score, a hospital no master data, or terms overlap.
    """
    with connect(work) as con:
        con.read_parquet(str(cases)).create_view("cases")
        con.register("hospitals", arrow_table(HOSPITALS, region.hospitals))
        con.register("scores", arrow_table(SCORES, region.scores))
        _prepare_terms(con, policy)
        _write_points(con, cases, target)
        added = sums(con, target)
        statuses = [StatusTotals(*row) for row in rows(con, SETTLEMENT, "status_totals")]
        refunds = [UnmatchedRefunds(*row) for row in rows(con, SETTLEMENT, "unmatched_refunds")]
        return Priced(added, case_findings(statuses, refunds))


def sums(con: duckdb.DuckDBPyConnection, settled: Path) -> Sums:
    """The sums over written cases, exact; the connection shows them as view `settled` from now on."""
    con.read_parquet(str(settled)).create_view("settled")
    return Sums(
        totals=tuple(HospitalTotals(*row) for row in rows(con, SETTLEMENT, "hospital_totals")),
        pool_points=dict(rows(con, "drgcalc.run", "pool_points")),
    )


def rows(con: duckdb.DuckDBPyConnection, package: str, name: str) -> list[tuple[Any, ...]]:
    """The rows of one SELECT of a package."""
    return con.execute(sql(package, name)).fetchall()


def _write_points(con: duckdb.DuckDBPyConnection, cases: Path, target: Path) -> None:
    """Give the cases their points chunk by chunk: only the points are joined and sorted, the rest is passed on."""
    kept = [name for name in REPEATING if name not in KEYS]
    with pq.ParquetFile(cases, read_dictionary=kept) as source, cases_writer(target) as write:
        for first in range(0, source.num_row_groups, CHUNK):
            chunk = source.read_row_groups(range(first, min(first + CHUNK, source.num_row_groups)))
            con.from_arrow(chunk).create_view("cases", replace=True)
            points = con.sql(sql(SETTLEMENT, CASE_POINTS)).select(*KEYS, *UNSETTLED).order(", ".join(KEYS))
            write(beside(chunk, points.to_arrow_table(), KEYS))


def _prepare_terms(con: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Tables of what every case may need (segments, coefficients, scores), and the checks that they suffice."""
    parameters = point_parameters(policy.points)
    for name in POINT_QUERIES:
        if name in _CHECKS:
            _CHECKS[name](rows(con, SETTLEMENT, name))
        elif name == "insert_segment":
            for segment in segment_rows(policy.points):
                con.execute(sql(SETTLEMENT, name), segment._asdict()).complete()
        elif name != CASE_POINTS:
            con.execute(sql(SETTLEMENT, name), parameters.get(name, {})).complete()
