"""The SQL of this package: statements and macros from `sql/`, one a file, and their use on a connection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import duckdb
from duckdb import ConstantExpression

_MACROS = (
    "fold_text",
    "clean_text",
    "is_rounded",
    "exact_money",
    "parse_money",
    "date_of_parts",
    "parse_date",
    "parse_whole",
    "hours_of_parts",
    "parse_hours",
    "parse_flag",
    "parse_sex",
    "split_codes",
    "assemble_codes",
    "sum_money",
    "as_whole",
    "as_hours",
    "as_code",
    "china_date",
    "join_codes",
    "is_plain",
    "as_person_key",
    "person_key_of",
)


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return resources.files("drgcalc.records").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8")


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of `sql/macros/` known to the connection; each may use those before it."""
    con.execute(";\n".join(statement(f"macros/{name}") for name in _MACROS)).complete()


def run(con: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None) -> None:
    """Run a statement whose result nobody reads."""
    con.execute(statement(name), parameters).complete()


def insert(con: duckdb.DuckDBPyConnection, table: str, values: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to one of this package's temporary tables."""
    if values:
        con.values(*(tuple(map(ConstantExpression, row)) for row in values)).insert_into(f"temp.{table}")


def rows(con: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement and give all its rows."""
    return con.execute(statement(name), parameters).fetchall()
