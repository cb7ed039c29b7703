"""Special review (特例单议) of a period: which decisions count, and the file of the cases to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from drgcalc.base.decision_columns import SPECIAL_CASES
from drgcalc.base.errors import Finding
from drgcalc.base.point_columns import REVIEW
from drgcalc.run.database import sql
from drgcalc.run.region import Region
from drgcalc.run.writing import arrow_table, write_csv
from drgcalc.settlement.decisions import SpecialCase
from drgcalc.settlement.findings import finding
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.special_cases import counted_special_cases
from drgcalc.settlement.special_payments import SpecialPayment

SETTLEMENT = "drgcalc.settlement"
REVIEW_FILE = "review.csv"
SOME = 10_000
"""Lines of the review file that are held at a time."""


def decide(con: duckdb.DuckDBPyConnection, region: Region, policy: Policy) -> tuple[Finding, ...]:
    """Register the decisions that count as `special_cases`, and say what is wrong with the others.

    The quota is a share of the pool's stays, never of a hospital's. `con` holds `cases` and what refund lines reverse.
    """
    decided, rule = region.decisions.special_cases, policy.points.cases.special_review
    register_decisions(con, "decided_cases", decided)
    if rule is None or not decided:
        register_decisions(con, "special_cases", ())
        return () if not decided else (_not_applied(len(decided)),)
    met = dict(con.execute(sql(SETTLEMENT, "special_met")).fetchall())
    stays = dict(con.execute(sql(SETTLEMENT, "pool_discharges")).fetchall())
    special = counted_special_cases(decided, met, stays, rule.quota.value)
    register_decisions(con, "special_cases", special.counted)
    return special.findings


def special_payments(con: duckdb.DuckDBPyConnection) -> tuple[SpecialPayment, ...]:
    """What cases approved by item are paid, by pool and hospital; after `decide`, over the view `settled`."""
    return tuple(SpecialPayment(*row) for row in con.execute(sql(SETTLEMENT, "special_payments")).fetchall())


def write_review(con: duckdb.DuckDBPyConnection, folder: Path, headers: str) -> None:
    """Write review.csv: candidates, decided cases, and cases of small groups. Without any there is no file.

    `con` holds the `settled` cases that earn points and the `decided_cases`.
    """
    lines = con.execute(sql("drgcalc.run", "review_cases"))
    first = lines.fetchmany(SOME)
    if first:
        write_csv(folder / REVIEW_FILE, REVIEW, _lines(first, lines), headers)


def _lines(first: list[Any], lines: duckdb.DuckDBPyConnection) -> Iterator[Sequence[object]]:
    some = first
    while some:
        yield from some
        some = lines.fetchmany(SOME)


def register_decisions(con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[SpecialCase]) -> None:
    """Register decisions about cases as a table."""
    con.register(name, arrow_table(SPECIAL_CASES, (row[:-1] for row in rows)))


def _not_applied(count: int) -> Finding:
    message = f"{count} decisions about special cases are not applied: the policy has no special review"
    return finding("S044", message, field="points.special_review")
