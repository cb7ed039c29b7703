"""Strict reading of a region's small CSV tables: hospitals.csv, scores/*.csv, fund/*.csv.

They are read as UTF-8 (with or without BOM) or GB18030, what Excel saves in an office. A header cell is the English or
the Chinese name of the column. Whatever is wrong is a RulesError that names file, row, column and value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

from drgcalc.base.columns import COEFFICIENT, FUND, HOSPITALS, SCORES, Column, Table
from drgcalc.base.errors import RulesError
from drgcalc.base.money import exact, exact_ratio, round_half_up
from drgcalc.settlement.rows import FundItem, Hospital

Cell: TypeAlias = str | int | Decimal | date | None

_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


class Score(NamedTuple):
    """One group, or one group at one level, and period of validity. `level` None is every level."""

    group_code: str
    level: str | None
    score: Decimal
    mean_fee: Decimal
    effective_from: date
    effective_to: date | None
    source: str


class Row(NamedTuple):
    """One data row: its typed cells by column name, and where it stands."""

    cells: Mapping[str, Cell]
    where: str


def read_hospitals(region: Path) -> tuple[Hospital, ...]:
    """hospitals.csv of a region, by id and date. Raises RulesError."""
    path = region / "hospitals.csv"
    rows = read_table(HOSPITALS, path, region)
    if not rows:
        raise RulesError("hospitals.csv names no hospital", hint="add one row for every hospital that is settled")
    refuse_below(rows, "coefficient", zero_too=True, hint="a hospital is paid by a coefficient above zero")
    refuse_overlaps(rows, ("hospital_id",))
    return tuple(sorted((Hospital(**row.cells) for row in rows), key=by_key))  # type: ignore[arg-type]


def read_scores(region: Path) -> tuple[Score, ...]:
    """All of scores/*.csv, by group, level and date; none before the first calibration. Raises RulesError."""
    rows = [row for path in sorted((region / "scores").glob("*.csv")) for row in read_table(SCORES, path, region)]
    refuse_below(rows, "score", zero_too=False, hint="a group has no points, or points above zero")
    refuse_below(rows, "mean_fee", zero_too=True, hint="the cost of cases is divided by it: give the mean cost")
    refuse_overlaps(rows, ("group_code", "level"))
    return tuple(sorted((Score(**row.cells) for row in rows), key=by_key))  # type: ignore[arg-type]


def read_fund(region: Path, pools: Sequence[str]) -> tuple[FundItem, ...]:
    """All of fund/*.csv, by year, pool and item. Raises RulesError for a pool that region.toml does not know."""
    rows = [row for path in _folder(region, "fund") for row in read_table(FUND, path, region)]
    for row in rows:
        if row.cells["pool"] not in pools:
            raise RulesError(
                f"{row.where}: pool {row.cells['pool']!r} is not a pool of region.toml",
                hint=f"the pools are {', '.join(pools)}",
            )
    refuse_repeats(rows, ("year", "pool", "item"))
    return tuple(sorted(FundItem(**row.cells) for row in rows))  # type: ignore[arg-type]


def read_table(table: Table, path: Path, region: Path) -> list[Row]:
    """The data rows of one CSV file with the columns of `table`, typed; blank lines are passed over.

    Optional columns that the file has not are None. Raises RulesError.
    """
    lines = read_lines(table, path, region)
    return [Row(_read_row(table, lines.columns, line.cells, line.where), line.where) for line in lines.lines]


class Line(NamedTuple):
    """The cells of a data row as they are written, its number from 1, and where it stands."""

    cells: Sequence[str]
    number: int
    where: str


class Lines(NamedTuple):
    """The lines of a CSV file under the columns of its header."""

    columns: list[Column]
    lines: list[Line]


def read_lines(table: Table, path: Path, region: Path) -> Lines:
    """The lines of one CSV file whose header fits `table`; blank ones are passed over. Raises RulesError."""
    name = path.relative_to(region).as_posix()
    reader = csv.reader(StringIO(decode(path, name), newline=""), strict=True)
    try:
        columns = _match_header(table, next(reader, []), name)
        lines: list[Line] = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                number = len(lines) + 1
                lines.append(Line(cells, number, f"{name} row {number} (line {reader.line_num})"))
    except csv.Error as error:
        raise RulesError(f"{name} line {reader.line_num}: {error}", hint="save the table again as CSV") from error
    return Lines(columns, lines)


def decode(path: Path, name: str) -> str:
    """The text of a small file in UTF-8 (BOM or not) or GB18030. Raises RulesError when it is missing or neither."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RulesError(f"{name} is missing", hint="`drgcalc init DIR` writes a region that has every file") from error
    except OSError as error:
        raise RulesError(f"{name} cannot be read: {error.strerror}", hint="check the file's permissions") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RulesError(f"{name} is neither UTF-8 nor GB18030 text", hint="save it again as CSV UTF-8")


def _folder(region: Path, name: str) -> list[Path]:
    """The CSV files of a folder, by name."""
    files = sorted((region / name).glob("*.csv"))
    if not files:
        raise RulesError(f"{name}/ holds no CSV file", hint=f"put at least one table into {name}/")
    return files


def _match_header(table: Table, header: Sequence[str], name: str) -> list[Column]:
    """The columns of the file in its own order."""
    known = {key: column for column in table.columns for key in (column.name, column.chinese)}
    found = [known.get(cell.strip()) for cell in header]
    if unknown := [cell for cell, column in zip(header, found, strict=True) if column is None]:
        raise RulesError(
            f"{name}: unknown column {unknown[0]!r} in the header {','.join(header)!r}",
            hint=f"the columns are {','.join(table.names())}",
        )
    columns = [column for column in found if column is not None]
    names = [column.name for column in columns]
    if repeated := sorted({key for key in names if names.count(key) > 1}):
        raise RulesError(f"{name}: the column {repeated[0]} stands twice in the header", hint="keep one of them")
    if missing := [column.name for column in table.columns if column.required and column.name not in names]:
        raise RulesError(
            f"{name}: the column {missing[0]} is missing; the header is {','.join(header)!r}",
            hint=f"the columns are {','.join(table.names())}",
        )
    return columns


def _read_row(table: Table, columns: Sequence[Column], cells: Sequence[str], where: str) -> dict[str, Cell]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise RulesError(
            f"{where}: {len(cells)} cells under {len(columns)} columns",
            hint="a comma inside a cell needs quotation marks around the cell",
        )
    values: dict[str, Cell] = dict.fromkeys(table.names())
    for position, column in enumerate(columns):
        text = cells[position].strip() if position < len(cells) else ""
        values[column.name] = read_cell(column, text, where)
    _check_validity(values, where)
    return values


def read_cell(column: Column, text: str, where: str) -> Cell:
    """A cell as its column's type, None when it may be empty and is. Raises RulesError."""
    if not text:
        if column.nullable:
            return None
        raise RulesError(f"{where}: {column.name} ({column.chinese}) is empty", hint=f"fill in: {column.meaning}")
    try:
        return _parser(column)(text)
    except ValueError as error:
        raise RulesError(f"{where}: {column.name} {text!r}: {error}", hint=f"expected: {column.meaning}") from error


@cache
def _parser(column: Column) -> Callable[[str], Cell]:
    if decimal := _DECIMAL.fullmatch(column.type):
        width, places = map(int, decimal.groups())
        spelled = exact_ratio if column.unit == "ratio" or column.type == COEFFICIENT else exact
        return lambda text: _decimal(spelled(text), width, places)
    parsers: dict[str, Callable[[str], Cell]] = {"VARCHAR": str, "INTEGER": _integer, "DATE": _date}
    return parsers[column.type]


def _decimal(value: Decimal, width: int, places: int) -> Decimal:
    rounded = round_half_up(value, places)
    if rounded != value:
        raise ValueError(f"more than {places} decimals")
    if len(rounded.as_tuple().digits) > width:
        raise ValueError(f"more than {width} digits")
    return rounded


def _integer(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError("not a whole number")
    return int(text)


def _date(text: str) -> date:
    parts = _DATE.fullmatch(text)
    if not parts:
        raise ValueError("not a date like 2024-01-31")
    return date(int(parts[1]), int(parts[3]), int(parts[4]))


def _check_validity(values: Mapping[str, Cell], where: str) -> None:
    first, last = values.get("effective_from"), values.get("effective_to")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise RulesError(f"{where}: effective_to {last} is before effective_from {first}", hint="exchange or mend them")


def refuse_overlaps(rows: Iterable[Row], keys: Sequence[str]) -> None:
    """Raise RulesError when two rows of one key are in force on the same day."""
    by_key: dict[Hashable, list[Row]] = {}
    for row in rows:
        by_key.setdefault(tuple(row.cells[key] for key in keys), []).append(row)
    for key, group in by_key.items():
        ordered = sorted(group, key=lambda row: str(row.cells["effective_from"]))
        for earlier, later in pairwise(ordered):
            last, first = earlier.cells["effective_to"], later.cells["effective_from"]
            if last is None or str(last) >= str(first):
                raise RulesError(
                    f"{later.where}: {' '.join(str(part) for part in key if part)} is in force from {first}, "  # type: ignore[attr-defined]
                    f"and {earlier.where} is in force until {last or 'further notice'}",
                    hint="end the earlier row the day before the later one begins",
                )


def refuse_below(rows: Iterable[Row], name: str, *, zero_too: bool, hint: str) -> None:
    """Raise RulesError for a number below zero, or not above it."""
    for row in rows:
        value = row.cells[name]
        if isinstance(value, Decimal) and (value < 0 or (zero_too and value == 0)):
            what = "not above zero" if zero_too else "below zero"
            raise RulesError(f"{row.where}: {name} is {value}, {what}", hint=hint)


def refuse_repeats(rows: Iterable[Row], keys: Sequence[str]) -> None:
    """Raise RulesError when two rows have the same key."""
    seen: dict[Hashable, str] = {}
    for row in rows:
        key = tuple(row.cells[name] for name in keys)
        if key in seen:
            raise RulesError(
                f"{row.where}: {' '.join(map(str, key))} stands already in {seen[key]}",
                hint="keep one row, or give the items different names",
            )
        seen[key] = row.where


def by_key(row: tuple[object, ...]) -> tuple[str, ...]:
    """The order of a table's rows: cell by cell as text, empty cells first."""
    return tuple("" if cell is None else str(cell) for cell in row)
