"""Points of records that can be mended: by the settlement's queries, among the settled cases of the same persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from drgcalc.run.database import sql
from drgcalc.run.points import CHECKING, SETTLEMENT, register_terms, rows, run_queries
from drgcalc.run.region import Region
from drgcalc.run.routing import send
from drgcalc.run.special import register_decisions
from drgcalc.settlement.decisions import SpecialCase
from drgcalc.settlement.mending import ALONE, Mended, hindrances
from drgcalc.settlement.points import CASE_POINTS, CASE_QUERIES, TERM_QUERIES
from drgcalc.settlement.policy import Policy

RUN = "drgcalc.run"
SOME = 10_000
"""Records that are read at a time."""

_ROUTED = pa.schema([("source_file", pa.string()), ("source_row", pa.int64()), ("method", pa.string())])


def mended_cases(
    con: duckdb.DuckDBPyConnection, region: Region, policy: Policy, mended: Path
) -> Iterator[list[Mended]]:
    """The records of an if_mended.parquet with the points that they would have, some at a time.

    They come in order of file and row. `con` holds the settled cases as `settled`.
    """
    con.read_parquet(str(mended)).create_view("mended")
    con.register("hindrances", _hindrances(policy))
    con.execute(sql(RUN, "mended_hindered")).complete()
    if policy.methods is None:
        con.register("routed", _ROUTED.empty_table())
    else:
        send(con, policy.methods, con.view("mended"))
    readmissions = policy.points.cases.readmission is not None
    for name, parameters in (
        ("mended_chosen", {"alone": list(ALONE)}),
        ("mended_persons", {"readmissions": readmissions}),
        ("mended_near", {}),
        ("mended_now", {}),
    ):
        con.execute(sql(RUN, name), parameters).complete()
    _give_points(con, region, policy)
    without = [group for group, *_ in rows(con, SETTLEMENT, "missing_fallbacks")]
    found = con.execute(sql(RUN, "mended"), {"no_fallback": without})
    for some in fetched(found):
        yield [Mended(*row) for row in some]


def fetched(found: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query, some at a time."""
    while some := found.fetchmany(SOME):
        yield some


def _give_points(con: duckdb.DuckDBPyConnection, region: Region, policy: Policy) -> None:
    """Make the table `pointed`. A record whose cost is too large to compute with is left out: it stops nobody else.

    Costs up to the largest that was settled are no trouble, unless a score is: then nothing has points.
    """
    largest = rows(con, RUN, "largest_fee")[0][0]
    for most in (None, largest):
        with suppress(duckdb.OutOfRangeException, duckdb.ConversionException):
            _points_up_to(con, region, policy, most)
            return
    _points_up_to(con, region, policy, Decimal(-1))


def _points_up_to(con: duckdb.DuckDBPyConnection, region: Region, policy: Policy, most: Decimal | None) -> None:
    con.execute(sql(RUN, "mended_cases"), {"most": most}).complete()
    run_queries(con, policy, region.point_tables, CASE_QUERIES)
    register_decisions(con, "special_cases", _decided(con, region))
    register_terms(con, region, policy)
    run_queries(con, policy, region.point_tables, [name for name in TERM_QUERIES if name not in CHECKING])
    con.execute(sql(RUN, "mended_rivals")).complete()
    con.register("pointed", con.sql(sql(SETTLEMENT, CASE_POINTS)).to_arrow_table())


def _decided(con: duckdb.DuckDBPyConnection, region: Region) -> tuple[SpecialCase, ...]:
    """The decisions that count among the settled cases: their stays keep what was decided."""
    decided = region.decisions.special_cases
    if not decided:
        return ()
    counted = {row[0] for row in rows(con, RUN, "decided_stays")}
    return tuple(row for row in decided if row.settlement_id in counted)


def _hindrances(policy: Policy) -> pa.Table:
    columns: Sequence[Sequence[object]] = list(zip(*hindrances(policy.points), strict=True))
    types = (("place", pa.int32()), ("shown", pa.string()), ("reason", pa.string()))
    return pa.table({name: pa.array(cells, type_) for (name, type_), cells in zip(types, columns, strict=True)})
