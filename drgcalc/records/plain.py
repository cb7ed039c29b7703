"""Text columns of Parquet in which no cell need be cleaned: found once a file, so that no later pass looks again."""

from __future__ import annotations

import os
import string
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import ColumnExpression, Expression, FunctionExpression

from drgcalc.records.headers import LISTS

IDENTIFIERS = ("settlement_id", "person_id", "hospital_id", "encounter_id", "record_no")
NUMBER_OCTETS = 4
"""A number that stands for a text in Parquet takes fewer octets."""
_PLAIN = string.ascii_letters.translate({ord("N"): None, ord("n"): None}).encode() + string.digits.encode()


def plain_columns(con: duckdb.DuckDBPyConnection, file: Path, columns: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The text columns whose cells are all plain: one look at them here is cheaper than cleaning them in every pass."""
    scan = con.read_parquet(str(file))
    types = dict(zip(scan.columns, (str(type_) for type_ in scan.types), strict=True))
    texts = {name: own[0] for name, own in columns.items() if len(own) == 1 and types[own[0]] == "VARCHAR"}
    texts = {name: column for name, column in texts.items() if name not in LISTS}
    sure = _surely_plain(file, sorted(set(texts.values())))
    doubtful = {name: column for name, column in texts.items() if column not in sure}
    if not doubtful:
        return frozenset(texts)
    looks = [
        FunctionExpression("bool_and", _plain(name, ColumnExpression(column))) for name, column in doubtful.items()
    ]
    answers = scan.aggregate(looks).fetchall()[0]
    return frozenset(texts) - {name for name, plain in zip(doubtful, answers, strict=True) if not plain}


def _surely_plain(file: Path, columns: Sequence[str]) -> frozenset[str]:
    """The text columns that hold nothing but letters and digits, and no N, with which words for nothing begin.

    Most do. A look at their octets costs next to nothing, a regular expression on every cell does not.
    """
    if not columns:
        return frozenset()
    sure, dictionaries = set(columns), _kept_as_dictionaries(file, columns)

    def look(group: int) -> None:
        with pq.ParquetFile(file, read_dictionary=dictionaries) as parquet:
            for batch in parquet.iter_batches(row_groups=[group], columns=list(columns), use_threads=False):
                sure.difference_update([name for name in sorted(sure) if not _is_plain(batch.column(name))])

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as beside:
        deque(beside.map(look, range(pq.read_metadata(file).num_row_groups)), maxlen=0)
    return frozenset(sure)


def _kept_as_dictionaries(file: Path, columns: Sequence[str]) -> list[str]:
    """Those columns that the file keeps as a list of distinct texts and small numbers: to look at the list is enough.

    They go by the name that the schema gives them: where the file is damaged, a group of rows may name them otherwise.
    """
    metadata = pq.read_metadata(file)
    if not metadata.num_row_groups:
        return []
    places = {metadata.schema.column(place).path: place for place in range(metadata.num_columns)}
    chunks = ((name, metadata.row_group(0).column(places[name])) for name in columns if name in places)
    return [
        name
        for name, chunk in chunks
        if chunk.has_dictionary_page and chunk.total_uncompressed_size < NUMBER_OCTETS * chunk.num_values
    ]


def _is_plain(cells: pa.Array) -> bool:
    """Whether no cell holds another octet, and none is empty: an empty text stands for nothing."""
    texts = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    shortest, octets = pc.min(pc.binary_length(texts)).as_py(), texts.buffers()[2]
    return shortest != 0 and (octets is None or not octets.to_pybytes().translate(None, _PLAIN))


def _plain(name: str, column: Expression) -> Expression:
    """Whether a cell need not be cleaned; an identifier that was written as a number must be looked at."""
    plain = FunctionExpression("is_plain", column)
    return plain & ~FunctionExpression("is_rounded", column) if name in IDENTIFIERS else plain
