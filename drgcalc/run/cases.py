"""The table of cases: checked records with their groups beside them, as base.columns.CASES and its file have them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import polars as pl
import pyarrow as pa

from drgcalc.base.columns import CASES
from drgcalc.grouping.answers import enumerated
from drgcalc.run.writing import REPEATING, arrow_schema, case_schema

_INDEX = pa.int32()
_FROM_RECORDS = {"hospital_level": "level_in_force"}
"""Columns of cases that checked records have under another name."""


def case_table(records: pa.Table, groups: pl.DataFrame, source_file: str) -> pa.Table:
    """Cases of accepted records: their own columns, their groups row by row, and nothing settled yet."""
    found = dict(_columns(records, groups, source_file))
    schema = case_schema()
    columns = [found[field.name] if field.name in found else _nothing(field.type, len(records)) for field in schema]
    return pa.table(columns, schema=schema)


def _nothing(type_: pa.DataType, size: int) -> pa.Array:
    """A column without a single value. Half of the columns are: what they are made of is made once."""
    return _nulls(type_, 1 << size.bit_length())[:size]


@lru_cache(maxsize=32)
def _nulls(type_: pa.DataType, size: int) -> pa.Array:
    return pa.nulls(size, type_)


def _columns(records: pa.Table, groups: pl.DataFrame, source_file: str) -> Iterator[tuple[str, pa.ChunkedArray]]:
    types = arrow_schema(CASES)
    for name in types.names:
        column = _FROM_RECORDS.get(name, name)
        if name in groups.columns:
            yield name, _enumeration(groups[name])
        elif column in records.column_names:
            cells = records[column]
            yield name, _dictionary(cells) if name in REPEATING else cells.cast(types.field(name).type)
    yield "period", _enumeration(_months(pl.Series(records["decided_on"], dtype=pl.Date)))
    places = pa.repeat(pa.scalar(0, _INDEX), len(records))
    yield "source_file", pa.chunked_array([pa.DictionaryArray.from_arrays(places, pa.array([source_file]))])


def _months(days: pl.Series) -> pl.Series:
    """The month of each day, YYYY-MM."""
    months = days.dt.year() * 12 + days.dt.month() - 1
    first: Any = months.min()
    last: Any = months.max()
    known = range(0) if first is None else range(first, last + 1)
    texts = enumerated([f"{month // 12:04}-{month % 12 + 1:02}" for month in known])
    return texts.gather(months - known.start)


def _enumeration(values: pl.Series) -> pa.ChunkedArray:
    """Texts that Polars keeps as numbers, with those numbers."""
    if not isinstance(values.dtype, pl.Enum):
        return pa.chunked_array([values.to_arrow()])
    texts = pa.array(values.dtype.categories.to_list(), pa.string())
    places = values.to_physical().cast(pl.Int32).to_arrow()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(places, texts)])


def _dictionary(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells.cast(pa.string()).dictionary_encode()
