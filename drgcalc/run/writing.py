"""Result files that are the same, byte for byte, whenever their content is the same.

CSV: UTF-8 with BOM (Excel), LF, decimals with the places of their column, and text that a spreadsheet would take for
a formula defused with an apostrophe, as is text that begins with one. Parquet: typed as base.columns says, row groups
of one fixed size.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.base.columns import CASES, Column, Table
from drgcalc.base.money import from_units, to_units
from drgcalc.run.publish import output_errors

ROW_GROUP = 250_000
SOME = 10_000
"""Rows of a CSV that are held at a time."""

REPEATING = (
    "hospital_id", "hospital_level", "pool", "period", "sex", "status", "mdc", "adrg", "group_code", "complication",
    "layer", "treatment_kind", "tied_with", "aux_cci", "aux_severity", "aux_tumour", "aux_age", "aux_icu",
    "inpatient_type", "payment_method", "method", "points_group", "segment", "review", "source_file",
)  # fmt: skip
"""Texts of cases with few values: they are kept and written as dictionaries; for other columns these only cost time."""

_SOUGHT = ("settlement_id", "hospital_id", "pool", "period", "decided_on")
"""Columns of cases by which readers pass over row groups; statistics of others would only cost time."""
_DIFFERENCES = "DELTA_BINARY_PACKED"
"""How numbers and days are written: in fewer octets than plain ones that are compressed, and three times as fast."""
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_DEFUSED_STARTS = frozenset("'=+-@\t\r＝＋－＠")
_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}


def write_csv(path: Path, table: Table, rows: Iterable[Sequence[object]], headers: str) -> None:
    """Write rows, their cells in the order of `table`, under "chinese", "english" or "both" kinds of header."""
    with output_errors(path.parent), path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([header(column, headers) for column in table.columns])
        texts = [_texts_of(column) for column in table.columns]
        waiting = iter(rows)
        while some := list(islice(waiting, SOME)):
            cells = zip(*some, strict=True)
            writer.writerows(zip(*(text(own) for text, own in zip(texts, cells, strict=True)), strict=True))


def header(column: Column, headers: str) -> str:
    """What stands above a column: its Chinese name, its name, or both."""
    match headers:
        case "chinese":
            return column.chinese
        case "english":
            return column.name
        case _:
            return f"{column.chinese} {column.name}"


def cell_text(column: Column, cell: object) -> str:
    """The text of a cell in CSV; nothing is rounded: ValueError for a decimal with more places than its column."""
    return _texts_of(column)([cell])[0]


def _texts_of(column: Column) -> Callable[[Iterable[object]], list[str]]:
    """What makes texts of a column's cells."""
    if decimal := _DECIMAL.fullmatch(column.type):
        return partial(_amounts, column.name, int(decimal[2]))
    return _words if column.type == "VARCHAR" else _values


def _amounts(name: str, places: int, cells: Iterable[object]) -> list[str]:
    return ["" if cell is None else _amount(name, places, cell) for cell in cells]


def _amount(name: str, places: int, cell: object) -> str:
    if not isinstance(cell, Decimal):
        raise TypeError(f"{name} must be a Decimal, it is {cell!r}")
    text = f"{cell:f}"
    if cell and text[-1 - places : -places] == ".":
        return text  # it has its places already, as most have
    return f"{from_units(to_units(cell, places), places):f}"


def _words(cells: Iterable[object]) -> list[str]:
    """Texts, those defused that a spreadsheet would take for a formula: of few different ones, each looked at once."""
    texts = [cell if isinstance(cell, str) else _value(cell) for cell in cells]
    defused = {text: f"'{text}" for text in set(texts) if text[:1] in _DEFUSED_STARTS}
    return [defused.get(text, text) for text in texts] if defused else texts


def _values(cells: Iterable[object]) -> list[str]:
    return [_value(cell) for cell in cells]


def _value(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow types of a table's columns."""
    return pa.schema([pa.field(column.name, _arrow_type(column.type)) for column in table.columns])


def arrow_table(table: Table, rows: Iterable[Sequence[object]]) -> pa.Table:
    """Rows, their cells in the order of `table`, as an Arrow table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    schema = arrow_schema(table)
    arrays = [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write an Arrow table as it is typed."""
    with output_errors(path.parent):
        pq.write_table(table, path, row_group_size=ROW_GROUP, compression="zstd", store_schema=False)


def case_schema() -> pa.Schema:
    """The Arrow types that cases are written with: texts that repeat are dictionaries."""
    return pa.schema([_dictionary(field) if field.name in REPEATING else field for field in arrow_schema(CASES)])


@contextmanager
def cases_writer(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """A function that appends cases (columns of base.columns.CASES) to one Parquet file."""
    with output_errors(path.parent), encoded_cases(path) as write:
        yield write


@contextmanager
def encoded_cases(
    target: Path | pa.NativeFile, footers: list[pq.FileMetaData] | None = None
) -> Iterator[Callable[[pa.Table], None]]:
    """A function that encodes cases into a file or stream; what stands at its end is added to `footers` as well."""
    schema = case_schema()
    with pq.ParquetWriter(
        target,
        schema,
        compression={field.name: "zstd" if pa.types.is_string(field.type) else "none" for field in schema},
        use_dictionary=list(REPEATING),
        column_encoding={field.name: _DIFFERENCES for field in schema if _is_number(field.type)},
        store_schema=False,
        store_decimal_as_integer=True,
        write_statistics=list(_SOUGHT),
        metadata_collector=footers,
    ) as writer:
        yield lambda cases: writer.write_table(cases.select(schema.names).cast(schema), row_group_size=ROW_GROUP)


def beside(left: pa.Table, right: pa.Table, keys: Sequence[str]) -> pa.Table:
    """`left` with the other columns of `right` appended or put in their place, row by row: both in the order of `keys`.

    Cheaper than a join, and the order is certain. `left` is sorted if it is not; ValueError when the keys differ.
    """
    if not left.select(keys).equals(right.select(keys)):
        left = left.sort_by([(key, "ascending") for key in keys])
    if not left.select(keys).equals(right.select(keys)):
        raise ValueError(f"the rows of two tables do not belong together: {', '.join(keys)} differ")
    for name in right.column_names:
        if name in left.column_names:
            left = left.set_column(left.column_names.index(name), name, right.column(name))
        else:
            left = left.append_column(name, right.column(name))
    return left


def _is_number(type_: pa.DataType) -> bool:
    """Whether Parquet keeps cells of that type as integers."""
    return bool(pa.types.is_integer(type_) or pa.types.is_date(type_) or pa.types.is_decimal(type_))


def _dictionary(field: pa.Field) -> pa.Field:
    return field.with_type(pa.dictionary(pa.int32(), field.type))


def _arrow_type(type_: str) -> pa.DataType:
    if decimal := _DECIMAL.fullmatch(type_):
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return _ARROW_TYPES[type_]
