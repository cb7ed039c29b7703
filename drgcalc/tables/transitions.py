"""Where cases go when the scheme changes: the matrix from old groups to new ones, by hospital."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

from drgcalc.base.errors import InputError

CaseTable: TypeAlias = Path | Sequence[Path] | pa.Table
_NEEDED = ("settlement_id", "is_refund", "hospital_id", "pool", "group_code", "status", "total_fee", "case_points")


def transitions(old_cases: CaseTable, new_cases: CaseTable) -> pa.Table:
    """The flows from old to new groups, columns base.columns.TRANSITIONS: changed ones first, most cases first.

    Both sides are case tables of the same stays, settlement_id and is_refund unique: Parquet files or Arrow tables with
    these, hospital_id, pool, group_code, status, total_fee and case_points (null counts as no points). `yuan_moved` is
    empty: what points are worth is the settlement's business. Raises InputError for a file that cannot be read or lacks
    a column.
    """
    with duckdb.connect() as connection:
        for name, cases in (("old_cases", old_cases), ("new_cases", new_cases)):
            _open(connection, name, cases)
        statement = resources.files("drgcalc.tables").joinpath("sql", "transitions.sql").read_text(encoding="utf-8")
        return connection.sql(statement).to_arrow_table()


def _open(connection: duckdb.DuckDBPyConnection, name: str, cases: CaseTable) -> None:
    """Make the cases known to the database under a name."""
    if isinstance(cases, pa.Table):
        relation = connection.from_arrow(cases)
        where = f"the table of {name}"
    else:
        paths = [cases] if isinstance(cases, Path) else list(cases)
        where = ", ".join(map(str, paths))
        try:
            relation = connection.read_parquet([str(path) for path in paths])
        except duckdb.Error as error:
            raise InputError(
                f"{where}: cannot be read as Parquet: {error}", hint="give published cases.parquet"
            ) from error
    missing = [column for column in _NEEDED if column not in relation.columns]
    if missing:
        raise InputError(f"{where} has no column {missing[0]}", hint="give published cases.parquet")
    relation.create_view(name)
