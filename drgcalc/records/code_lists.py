"""Lists of codes straight from Parquet: a text that stands many times is read once where the file keeps it so.

Grouping reads five or six codes a record. Most writers of Parquet keep the distinct texts of a row group and small
numbers in their place; here those numbers stay numbers, and no text is made of them only to be numbered again.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.base.errors import InputError
from drgcalc.records.headers import LISTS
from drgcalc.records.reading import Part, Staged

_ROWS_AT_ONCE = 250_000
"""Rows of a large row group that are decoded at a time."""


def has_plain_lists(staged: Staged) -> bool:
    """Whether a file keeps its codes as this module reads them: Parquet as delivered, lists of texts in one column."""
    if staged.is_text:
        return False
    schema = pq.read_schema(staged.file)
    own = [staged.columns[name] for name in LISTS if name in staged.columns]
    return all(len(columns) == 1 and _is_list_of_texts(schema.field(columns[0]).type) for columns in own)


class ListReader:
    """Gives the lists of one file part after part: in order, each at most once; what lies between is passed over."""

    def __init__(self, staged: Staged) -> None:
        self._source = staged.source
        self._columns = {staged.columns[name][0]: name for name in LISTS if name in staged.columns}
        metadata = pq.read_metadata(staged.file)
        texts = (metadata.schema.column(place).path for place in range(metadata.num_columns))
        self._file = pq.ParquetFile(
            staged.file,
            metadata=metadata,
            read_dictionary=[path for path in texts if path.startswith(tuple(f"{name}." for name in self._columns))],
        )
        self._at = 0
        self._batches = self._decoded(self._at)
        self._rest = pa.table({name: [] for name in self._columns})

    def read(self, part: Part) -> pa.Table:
        """The lists of a part: source_row, diagnoses, procedures; null for a list that the file has not."""
        if self._at != part.first_row - 1:
            self._batches = self._decoded(part.first_row - 1)
            self._rest = self._rest.slice(0, 0)
        self._at = part.first_row - 1 + part.rows
        pieces, missing = [], part.rows
        while missing:
            if not len(self._rest):
                self._rest = self._next()
            pieces.append(self._rest.slice(0, missing))
            self._rest = self._rest.slice(missing)
            missing -= len(pieces[-1])
        lists = pa.concat_tables(pieces).rename_columns(self._columns)
        rows = pa.arange(part.first_row, part.first_row + part.rows)
        nothing = pa.nulls(part.rows, pa.list_(pa.string()))
        cells = [lists[name] if name in lists.column_names else nothing for name in LISTS]
        return pa.table([rows, *cells], names=["source_row", *LISTS])

    def _next(self) -> pa.Table:
        for table in self._batches:
            return table
        raise InputError(
            f"{self._source.relative}: the file has lost rows while it was read",
            hint="run the command again when nobody writes it",
        )

    def _decoded(self, behind: int) -> Iterator[pa.Table]:
        """All but the first rows, row group by row group: dictionaries of two do not go into one column of lists."""
        for group in range(self._file.num_row_groups):
            rows = self._file.metadata.row_group(group).num_rows
            if behind >= rows:
                behind -= rows
                continue
            for batch in self._file.iter_batches(_ROWS_AT_ONCE, [group], list(self._columns), use_threads=False):
                passed = min(behind, len(batch))
                behind -= passed
                yield pa.Table.from_batches([batch.slice(passed)])

    def __enter__(self) -> ListReader:
        """The reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()


def _is_list_of_texts(type_: pa.DataType) -> bool:
    return isinstance(type_, pa.ListType) and bool(pa.types.is_string(type_.value_type))
