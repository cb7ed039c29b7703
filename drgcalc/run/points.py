"""Points onto cases: the settlement's SQL run in order, and the exact sums of pool × hospital over what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.base.columns import SCORES
from drgcalc.base.errors import Finding, InputError
from drgcalc.run.belt import Belt
from drgcalc.run.database import connect, sql
from drgcalc.run.region import Region
from drgcalc.run.routing import Routed, divide, earning_points, part, read_routed, route, together
from drgcalc.run.special import decide, special_payments
from drgcalc.run.writing import REPEATING, arrow_table, beside, cases_writer
from drgcalc.settlement.case_findings import RuleTotals, StatusTotals, UnmatchedRefunds, case_findings, rule_findings
from drgcalc.settlement.identities import PricedSums
from drgcalc.settlement.point_tables import PointTables, raise_rival_coefficients
from drgcalc.settlement.point_terms import point_parameters, segment_rows, term_tables
from drgcalc.settlement.points import (
    CASE_POINTS,
    CASE_QUERIES,
    TERM_QUERIES,
    check_levels,
    raise_missing_fallbacks,
    raise_missing_hospitals,
    raise_missing_scores,
)
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals
from drgcalc.settlement.special_payments import with_special
from drgcalc.settlement.totals import Counted, HospitalSums, PoolCases, count

SETTLEMENT = "drgcalc.settlement"
KEYS = ("source_file", "source_row")
CHUNK = 2
"""Row groups that are given their points at a time: a quarter of a million cases, so that memory stays flat."""

CHECKING: dict[str, Callable[[list[Any]], None]] = {
    "missing_scores": raise_missing_scores,
    "missing_hospitals": raise_missing_hospitals,
    "missing_fallbacks": raise_missing_fallbacks,
    "rival_coefficients": raise_rival_coefficients,
}
"""Those queries that must give no row, and who says so when they do."""


class Chunk(NamedTuple):
    """Cases of some row groups: those that earn points, their points, and those that methods pay, if any do."""

    earning: pa.Table
    points: pa.Table
    others: pa.Table | None


class Sums(NamedTuple):
    """What the settlement needs of the cases, and by pool what proves it: sums before and after points were given."""

    counted: Counted
    cases: tuple[PoolCases, ...]
    priced: tuple[PricedSums, ...]
    routed: Routed = Routed()

    @property
    def totals(self) -> tuple[HospitalTotals, ...]:
        """What enters the point value, one row a pool and hospital."""
        return self.counted.totals


class Priced(NamedTuple):
    """Cases that carry points: their sums, what their points have to say, and what is wrong with decisions on them."""

    sums: Sums
    findings: tuple[Finding, ...]
    decided: tuple[Finding, ...]


@contextmanager
def settled_cases(
    region: Region, policy: Policy, cases: Path, target: Path, work: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Priced]]:
    """Write the cases with their points to `target`, in the order of `cases`; sum them and look at them as a whole.

    While the block runs the connection has those that earn points as `settled`, and the decisions as `decided_cases`.
    Raises RulesError when a group has no score or a hospital no master data, InputError for costs beyond all reason.
    """
    with connect(work) as con:
        route(con, policy.methods, con.read_parquet(str(cases)))
        before = _before(con)
        run_queries(con, policy, region.point_tables, CASE_QUERIES)
        decided = decide(con, region, policy)
        give_points(con, region, policy, cases, target, routed=policy.methods is not None)
        yield con, _look_at(con, policy, before, target, decided)


def write_settled_cases(region: Region, policy: Policy, cases: Path, target: Path, work: Path) -> Priced:
    """As `settled_cases`, where nothing more is asked of the cases."""
    with settled_cases(region, policy, cases, target, work) as (_, priced):
        return priced


def published_sums(region: Region, policy: Policy, settled: Path, work: Path) -> Priced:
    """The sums over published cases and what there is to say of them, all over again."""
    with connect(work) as con:
        earning_points(policy.methods, con.read_parquet(str(settled))).create_view("cases")
        before = _before(con)
        run_queries(con, policy, region.point_tables, CASE_QUERIES)
        return _look_at(con, policy, before, settled, decide(con, region, policy))


def give_points(
    con: duckdb.DuckDBPyConnection, region: Region, policy: Policy, cases: Path, target: Path, *, routed: bool = False
) -> None:
    """Write `cases` with their points to `target`; the connection has run CASE_QUERIES over them.

    routed: some of them are paid by methods that the table `routed` names, and carry none.
    The decisions that count are registered as `special_cases`.
    """
    check_levels(policy.points, (score.level for score in region.scores))
    register_terms(con, region, policy)
    try:
        run_queries(con, policy, region.point_tables, TERM_QUERIES)
        _write_points(con, cases, target, routed)
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise InputError(
            f"the points of a case are too large a number: {error}",
            hint="look for a cost with too many digits among the largest total_fee of the records, or such a score",
        ) from error


def register_terms(con: duckdb.DuckDBPyConnection, region: Region, policy: Policy) -> None:
    """Register the tables of the region that TERM_QUERIES look things up in."""
    con.register("scores", arrow_table(SCORES, region.scores))
    for name, table, rows_ in term_tables(policy.points, region.hospitals, region.point_tables):
        con.register(name, arrow_table(table, rows_))


def rows(con: duckdb.DuckDBPyConnection, package: str, name: str) -> list[tuple[Any, ...]]:
    """The rows of one SELECT of a package."""
    return con.execute(sql(package, name)).fetchall()


def _before(con: duckdb.DuckDBPyConnection) -> tuple[PoolCases, ...]:
    return tuple(PoolCases(*row) for row in rows(con, SETTLEMENT, "unpriced_sums"))


def _look_at(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    before: tuple[PoolCases, ...],
    settled: Path,
    decided: tuple[Finding, ...],
) -> Priced:
    divide(policy.methods, con.read_parquet(str(settled)))
    counted = count((HospitalSums(*row) for row in rows(con, SETTLEMENT, "hospital_sums")), policy.point_value.amounts)
    sums = Sums(
        counted=counted._replace(totals=with_special(counted.totals, special_payments(con))),
        cases=before,
        priced=tuple(PricedSums(*row) for row in rows(con, SETTLEMENT, "priced_sums")),
        routed=read_routed(con, policy.methods),
    )
    statuses = [StatusTotals(*row) for row in rows(con, SETTLEMENT, "status_totals")]
    refunds = [UnmatchedRefunds(*row) for row in rows(con, SETTLEMENT, "unmatched_refunds")]
    kept = tuple(one for one in decided if one.code.startswith("S"))
    others = tuple(one for one in decided if one not in kept)
    rules = rule_findings(policy.points, (RuleTotals(*row) for row in rows(con, SETTLEMENT, "rule_totals")))
    return Priced(sums, (*case_findings(statuses, refunds), *rules, *kept), others)


def _write_points(con: duckdb.DuckDBPyConnection, cases: Path, target: Path, routed: bool) -> None:
    """Give the cases their points chunk by chunk: only the points are joined and sorted, the rest is passed on.

    While one chunk is given its points, the one before is put together and the one before that written.
    """
    kept = [name for name in REPEATING if name not in KEYS]
    with (
        pq.ParquetFile(cases, read_dictionary=kept) as source,
        cases_writer(target) as write,
        Belt(_pointed, write) as belt,
    ):
        for first in range(0, source.num_row_groups, CHUNK):
            chunk = source.read_row_groups(range(first, min(first + CHUNK, source.num_row_groups)))
            earning, others = part(con, chunk) if routed else (chunk, None)
            con.from_arrow(earning).create_view("cases", replace=True)
            belt.put(Chunk(earning, con.sql(sql(SETTLEMENT, CASE_POINTS)).to_arrow_table(), others))


def _pointed(chunk: Chunk) -> pa.Table:
    pointed = beside(chunk.earning, chunk.points, KEYS)
    return pointed if chunk.others is None else together(pointed, chunk.others)


def run_queries(con: duckdb.DuckDBPyConnection, policy: Policy, tables: PointTables, names: Iterable[str]) -> None:
    """Queries of the settlement in order, checks among them."""
    parameters = point_parameters(policy.points, tables)
    for name in names:
        if name in CHECKING:
            CHECKING[name](rows(con, SETTLEMENT, name))
        elif name == "insert_segment":
            for segment in segment_rows(policy.points):
                con.execute(sql(SETTLEMENT, name), segment._asdict()).complete()
        else:
            con.execute(sql(SETTLEMENT, name), parameters.get(name, {})).complete()
