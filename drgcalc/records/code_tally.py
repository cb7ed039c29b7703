"""How often each text of a code stands in accepted records: counted by number, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from drgcalc.records.code_book import NO_CODE, CodeBook, PartCodes
from drgcalc.records.code_reader import CodeReader, CodeReaders, Reading

DIAGNOSIS = "diagnosis"
PROCEDURE = "procedure"

_NUMBERS = {"number": pl.UInt32, "times": pl.Int64}
_TEXTS = {"kind": pl.String, "text": pl.String, "times": pl.Int64}


class CodeCount(NamedTuple):
    """One distinct text of a code, what it is read as, and how often accepted records hold it."""

    kind: str
    reading: Reading
    times: int


class PartCounts(NamedTuple):
    """How often the codes of the accepted records of one part stand there, by number, a frame a kind."""

    codes: PartCodes
    numbers: Mapping[str, pl.DataFrame]

    def table(self) -> pa.Table:
        """The counts by text, which mean the same to another run: kind, text, times. One row per kind and text."""
        books = {DIAGNOSIS: self.codes.books.diagnoses, PROCEDURE: self.codes.books.procedures}
        frames = [_by_text(kind, books[kind], counts) for kind, counts in self.numbers.items()]
        return pl.concat(frames).to_arrow(compat_level=pl.CompatLevel.oldest())


class CodeTally:
    """Counts of the codes of a run, whose parts share their books."""

    def __init__(self) -> None:
        self._kinds = {DIAGNOSIS: _Kind(), PROCEDURE: _Kind()}

    def add(self, accepted: PartCodes) -> PartCounts:
        """Count the codes of the accepted records of a part; gives those of this part alone."""
        books, (diagnoses, procedures) = accepted.books, self._kinds.values()
        return PartCounts(
            accepted,
            {
                DIAGNOSIS: diagnoses.add(books.diagnoses, accepted.diagnoses["number"]),
                PROCEDURE: procedures.add(books.procedures, accepted.procedures["number"]),
            },
        )

    def take(self, counts: pa.Table, readers: CodeReaders) -> None:
        """Count the codes of a part that an earlier run counted (PartCounts.table); their texts are read anew."""
        found = pl.DataFrame(counts)
        for (name, kind), reader in zip(self._kinds.items(), readers, strict=True):
            kind.take(found.filter(pl.col("kind") == name), reader)

    def counts(self) -> Iterator[CodeCount]:
        """Every text that was counted, by kind and text."""
        for name, kind in self._kinds.items():
            found = (CodeCount(name, reading, times) for reading, times in kind.counts())
            yield from sorted(found, key=lambda count: count.reading.text)


class _Kind:
    """The counts of one kind, by number; parts are merged as they come, so that memory stays flat."""

    def __init__(self) -> None:
        self._book: CodeBook | None = None
        self._counts = pl.DataFrame(schema=_NUMBERS)
        self._reader: CodeReader | None = None
        self._taken = pl.DataFrame(schema=_TEXTS)

    def add(self, book: CodeBook, numbers: pl.Series) -> pl.DataFrame:
        self._book = book
        found = pl.DataFrame(dict(zip(_NUMBERS, pc.value_counts(numbers.to_arrow()).flatten(), strict=True)))
        self._counts = pl.concat([self._counts, found]).group_by("number").agg(pl.col("times").sum())
        return found

    def take(self, counts: pl.DataFrame, reader: CodeReader) -> None:
        self._reader = reader
        self._taken = pl.concat([self._taken, counts]).group_by("kind", "text").agg(pl.col("times").sum())

    def counts(self) -> Iterator[tuple[Reading, int]]:
        taken = dict(self._taken.select("text", "times").iter_rows())
        for number, times in self._counts.iter_rows():
            if self._book is not None and number != NO_CODE:
                reading = self._book.reading(number)
                yield reading, times + taken.pop(reading.text, 0)
        for text, times in taken.items():
            if self._reader is not None:
                yield self._reader.read(text), times


def _by_text(kind: str, book: CodeBook, counts: pl.DataFrame) -> pl.DataFrame:
    known = counts.filter(pl.col("number") != NO_CODE)
    return known.select(kind=pl.lit(kind), text=book.texts(known["number"]), times="times")
