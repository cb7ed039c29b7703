"""The editor: canonical columns of any type to typed ones, and every check's answer in one bit mask a record.

The SQL differs by the type a column arrives in, so its projection is built a column at a time: typed Parquet columns
pass as they are, text goes through the macros of `sql/macros/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from drgcalc.base.columns import MONEY, RECORDS, Column
from drgcalc.base.errors import InputError
from drgcalc.records.checks import CHECKS, OUTSIDE, bit
from drgcalc.records.headers import LISTS
from drgcalc.records.reading import Staged
from drgcalc.records.statements import statement

IDENTITY = ("settlement_id", "is_refund")
HOURS = "DECIMAL(9,2)"
_FROM_TEXT = {
    "DATE": "parse_date",
    "INTEGER": "parse_whole",
    "BOOLEAN": "parse_flag",
    MONEY: "parse_money",
    HOURS: "parse_hours",
}
_FROM_NUMBER = {"INTEGER": "as_whole", MONEY: "exact_money", HOURS: "as_hours"}
_STAMPS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_NUMBERS = frozenset(
    {
        "DOUBLE",
        "FLOAT",
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "HUGEINT",
    }
)
_CONVERSIBLE = tuple(column.name for column in RECORDS.columns if column.type in _FROM_TEXT)
_KEPT_FROM_CHECKS = (
    "source_row",
    "pool",
    "sex",
    "age_years",
    "age_days",
    "los_days",
    "fund_booked",
    "patient_paid",
    "is_refund",
    "decided_on",
    "level_in_force",
    "is_stray",
    "is_restored",
)


def parse(
    raw: duckdb.DuckDBPyRelation,
    staged: Staged,
    values: Mapping[str, Mapping[str, str]],
    pools: Mapping[str, str],
) -> duckdb.DuckDBPyRelation:
    """Every canonical column of the rows of `open_part`, typed; NULL where the file lacks it or it cannot be read.

    `bad_<column>` says the latter, `pool_name` the region's pool. Blank rows of CSV and XLSX are left out.
    """
    types = dict(zip(raw.columns, (str(type_) for type_ in raw.types), strict=True))
    clean = raw.select(
        *(_clean(name, type_, values.get(name, {}), name in staged.plain).alias(name) for name, type_ in types.items())
    )
    if staged.is_text:
        clean = clean.filter(_not_blank(types))
    converted = {column.name: _converted(column, types, staged) for column in RECORDS.columns}
    cells = [ColumnExpression(name).alias(f"cell_{name}") for name in types if name in _CONVERSIBLE]
    layered = clean.select(
        *(value.alias(name) for name, value in converted.items()), *cells, ColumnExpression("source_row")
    )
    flags = [_unreadable(name, types).alias(f"bad_{name}") for name in _CONVERSIBLE]
    rounded = [
        _rounded(name, staged).alias(f"rounded_{name}") for name in ("settlement_id", "person_id", "hospital_id")
    ]
    named = _mapped(ColumnExpression("pool"), pools, ConstantExpression(None).cast("VARCHAR")).alias("pool_name")
    return layered.select(
        *(ColumnExpression(name) for name in (*RECORDS.names(), "source_row")), named, *rounded, *flags
    )


def identify(
    raw: duckdb.DuckDBPyRelation, staged: Staged, values: Mapping[str, Mapping[str, str]]
) -> duckdb.DuckDBPyRelation:
    """What two records must share to be the same, of the rows of `open_part`."""
    types = dict(zip(raw.columns, (str(type_) for type_ in raw.types), strict=True))
    held = {name: types[name] for name in IDENTITY if name in types}
    clean = raw.select(
        *(_clean(name, type_, values.get(name, {}), name in staged.plain).alias(name) for name, type_ in held.items())
    )
    columns = (_converted(RECORDS.column(name), held, staged).alias(name) for name in IDENTITY)
    return clean.select(*columns)


def judging(con: duckdb.DuckDBPyConnection, staged: Staged) -> Callable[[], pa.Table]:
    """What gives the records of the part whose view `parsed` stands, in order: the file's canonical columns, and more.

    That is what _KEPT_FROM_CHECKS names, person_key in place of the person's id, and `problems`, the mask of checks.
    A record outside the asked period bears that bit alone: nothing else is said about it.
    """
    judged = con.sql(statement("checks"))
    key = FunctionExpression("person_key_of", ColumnExpression("person_id")).alias("person_key")
    kept = (ColumnExpression(name) for name in _kept(staged))
    answers = [check.code.lower() for check in CHECKS if check.code.lower() in judged.columns]
    asked = judged.select(*kept, key, *(ColumnExpression(name) for name in answers))

    def judge() -> pa.Table:
        rows = asked.to_arrow_table()
        problems = _problems({name: rows[name] for name in answers}, len(rows))
        rows = rows.drop_columns(answers).append_column("problems", problems.to_arrow())
        return rows if pl.Series(rows["source_row"]).is_sorted() else rows.sort_by("source_row")

    return judge


def _problems(answers: Mapping[str, pa.ChunkedArray], size: int) -> pl.Series:
    """The mask of each record. An answer is a column of bits, most of them without a single one set."""
    problems = pl.zeros(size, dtype=pl.UInt64, eager=True)
    for name, answer in answers.items():
        if pc.any(answer).as_py():
            found = pl.Series(answer, dtype=pl.Boolean).arg_true()
            problems = problems.scatter(found, problems.gather(found) | bit(name.upper()))
    return problems.scatter(pl.Series(answers["r405"], dtype=pl.Boolean).arg_true(), OUTSIDE)


def _kept(staged: Staged) -> list[str]:
    own = (name for name in RECORDS.names() if name in staged.columns and name not in (*LISTS, "person_id"))
    return list(dict.fromkeys([*own, *_KEPT_FROM_CHECKS]))


def _clean(name: str, type_: str, values: Mapping[str, str], is_plain: bool) -> Expression:
    """A cell without white space or signs for nothing; local values mapped. Typed cells pass."""
    column = ColumnExpression(name)
    if type_ != "VARCHAR":
        return column
    cleaned = column if is_plain else FunctionExpression("clean_text", column)
    return _mapped(cleaned, values, cleaned)


def _mapped(value: Expression, to: Mapping[str, str], other: Expression) -> Expression:
    """`value` by the mapping, else `other`. A few cases beat a join, which slices every column."""
    mapped: Expression | None = None
    for local, canonical in to.items():
        when, then = value == ConstantExpression(local), ConstantExpression(canonical)
        mapped = CaseExpression(when, then) if mapped is None else mapped.when(when, then)
    return other if mapped is None else mapped.otherwise(other)


def _not_blank(types: Mapping[str, str]) -> Expression:
    filled: Expression = ConstantExpression(value=False)
    for name, type_ in types.items():
        if name != "source_row":
            column = ColumnExpression(name)
            present = (
                FunctionExpression("len", column) > ConstantExpression(0)
                if type_.endswith("[]")
                else column.isnotnull()
            )
            filled = filled | present
    return filled


def _rounded(name: str, staged: Staged) -> Expression:
    if name in staged.plain:
        return ConstantExpression(value=False)
    return FunctionExpression("is_rounded", ColumnExpression(name))


def _unreadable(name: str, types: Mapping[str, str]) -> Expression:
    if name not in types or types[name] == RECORDS.column(name).type:
        return ConstantExpression(value=False)
    return ColumnExpression(f"cell_{name}").isnotnull() & ColumnExpression(name).isnull()


def _converted(column: Column, types: Mapping[str, str], staged: Staged) -> Expression:
    """A cell as the type the schema promises, NULL when it cannot be read. InputError for a hopeless column type."""
    if column.name not in types:
        return ConstantExpression(None).cast(column.type)
    type_ = types[column.name]
    cell = ColumnExpression(column.name)
    is_number = type_ in _NUMBERS or type_.startswith("DECIMAL")
    if column.name == "sex":
        return FunctionExpression("parse_sex", cell.cast("VARCHAR"))
    if type_ == column.type:
        return cell
    if type_ == "VARCHAR" and column.type in _FROM_TEXT:
        return FunctionExpression(_FROM_TEXT[column.type], cell)
    if column.type == MONEY and _has_fen_only(type_):
        return cell.cast(MONEY)
    if is_number and column.type in _FROM_NUMBER:
        return FunctionExpression(_FROM_NUMBER[column.type], cell)
    if is_number and column.type == "BOOLEAN":
        return FunctionExpression("parse_flag", cell.cast("VARCHAR"))
    if column.type == "VARCHAR":
        return FunctionExpression("as_code", cell) if is_number else cell.cast("VARCHAR")
    if column.type == "DATE" and type_ in _STAMPS:
        return cell.cast("DATE")
    if column.type == "DATE" and type_ == "TIMESTAMP WITH TIME ZONE":
        return FunctionExpression("china_date", cell)
    raise InputError(
        f"{staged.source.relative}: column {column.name} is stored as {type_}, {column.type} is expected",
        hint="export it as text, or as that type",
    )


def _has_fen_only(type_: str) -> bool:
    """Whether a type is a DECIMAL that money takes without rounding or overflow."""
    if not type_.startswith("DECIMAL("):
        return False
    width, scale = (int(number) for number in type_[8:-1].split(","))
    return scale <= 2 and width - scale <= 16
