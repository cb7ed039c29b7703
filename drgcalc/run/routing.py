"""Every case to one payment method: those that earn points go on as `cases`, the others are summed into claims."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from drgcalc.base.errors import RulesError
from drgcalc.run.database import sql
from drgcalc.run.writing import beside
from drgcalc.settlement.methods.inputs import Claim
from drgcalc.settlement.methods.policy import ERROR, MethodRules
from drgcalc.settlement.totals import PoolCases

SETTLEMENT = "drgcalc.settlement"
KEYS = ("source_file", "source_row")
_LISTS = ("pools", "hospitals", "levels", "groups", "inpatient_types", "payment_methods")


class Routed(NamedTuple):
    """Claims of the methods beside points, and by pool the sums over their cases, which the claims must add up to."""

    claims: tuple[Claim, ...] = ()
    cases: tuple[PoolCases, ...] = ()


def route(con: duckdb.DuckDBPyConnection, rules: MethodRules | None, grouped: duckdb.DuckDBPyRelation) -> None:
    """Make the view `cases` of those that earn points; with methods also the table `routed` of the others.

    Raises RulesError when the policy wants every case routed and some are not.
    """
    if rules is None:
        grouped.create_view("cases")
        return
    send(con, rules, grouped)
    _refuse_unrouted(con.execute(sql(SETTLEMENT, "unrouted")).fetchall())
    keys = ", ".join(KEYS)
    grouped.join(con.table("routed").project(keys), keys, how="anti").create_view("cases")


def send(con: duckdb.DuckDBPyConnection, rules: MethodRules, grouped: duckdb.DuckDBPyRelation) -> None:
    """Make the view `all_cases`, and the table `routed` of those that methods pay; method ERROR: no rule fits."""
    grouped.create_view("all_cases")
    con.register("routes", _routes(rules))
    con.execute(sql(SETTLEMENT, "routed"), {"unrouted": rules.unrouted.value}).complete()


def divide(rules: MethodRules | None, settled: duckdb.DuckDBPyRelation) -> None:
    """Make the view `settled` of settled cases that earn points; with methods also `method_cases` of the others."""
    if rules is None:
        settled.create_view("settled")
        return
    settled.filter("method IS NULL").create_view("settled")
    settled.filter("method IS NOT NULL").create_view("method_cases")


def earning_points(rules: MethodRules | None, settled: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The settled cases that earn points."""
    return settled if rules is None else settled.filter("method IS NULL")


def read_routed(con: duckdb.DuckDBPyConnection, rules: MethodRules | None) -> Routed:
    """The claims in the view `method_cases`, in order, and the sums over its cases."""
    if rules is None:
        return Routed()
    grains = [(block.id, block.method.grain) for block in rules.methods]
    columns = {"method": [grain[0] for grain in grains], "grain": [grain[1] for grain in grains]}
    con.register("method_grains", pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}))
    return Routed(
        claims=tuple(Claim(*row) for row in con.execute(sql(SETTLEMENT, "method_claims")).fetchall()),
        cases=tuple(PoolCases(*row) for row in con.execute(sql(SETTLEMENT, "method_sums")).fetchall()),
    )


def part(con: duckdb.DuckDBPyConnection, chunk: pa.Table) -> tuple[pa.Table, pa.Table]:
    """A chunk of cases in two: those that earn points, and those of methods, which carry their method and no points."""
    con.from_arrow(chunk).create_view("chunk", replace=True)
    told = beside(chunk, con.sql(sql(SETTLEMENT, "chunk_methods")).to_arrow_table(), KEYS)
    points = told.filter(pc.is_null(told["method"]))
    others = told.filter(pc.is_valid(told["method"]))
    nothing = pa.array([Decimal("0.0000")] * len(others), pa.decimal128(18, 4))
    others = others.set_column(others.column_names.index("segment"), "segment", others["method"])
    return points, others.set_column(others.column_names.index("case_points"), "case_points", nothing)


def together(points: pa.Table, others: pa.Table) -> pa.Table:
    """The two parts of a chunk as one again, in order of file and row."""
    if not len(others):
        return points
    whole = pa.concat_tables([points, others.select(points.column_names).cast(points.schema)])
    return whole.sort_by([(key, "ascending") for key in KEYS])


def _routes(rules: MethodRules) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "seq": pa.array(range(1, len(rules.routes) + 1), pa.int32()),
        "method": pa.array([route_.method for route_ in rules.routes], pa.string()),
    }
    for name in _LISTS:
        columns[name] = pa.array([getattr(route_, name) for route_ in rules.routes], pa.list_(pa.string()))
    return pa.table(columns)


def _refuse_unrouted(found: list[tuple[str, str, str, str, int]]) -> None:
    if found:
        hospital, pool, type_, method, _ = found[0]
        cases = sum(row[4] for row in found)
        raise RulesError(
            f"{cases:,} cases fit no routing rule, most of them of hospital {hospital}, pool {pool}, inpatient type "
            f"{type_}, payment method {method}; the policy says unrouted = {ERROR}",
            hint="add a rule to [[policy.routing.rules]], or let `unrouted` name a method",
        )
