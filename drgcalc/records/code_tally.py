"""How often each text of a code stands in accepted records: counted by number, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from drgcalc.records.code_book import NO_CODE, CodeBook, PartCodes
from drgcalc.records.code_reader import Reading

DIAGNOSIS = "diagnosis"
PROCEDURE = "procedure"


class CodeCount(NamedTuple):
    """One distinct text of a code, what it is read as, and how often accepted records hold it."""

    kind: str
    reading: Reading
    times: int


class CodeTally:
    """Counts of the codes of a run, whose parts share their books."""

    def __init__(self) -> None:
        self._kinds = {DIAGNOSIS: _Kind(), PROCEDURE: _Kind()}

    def add(self, accepted: PartCodes) -> None:
        """Count the codes of the accepted records of a part."""
        self._kinds[DIAGNOSIS].add(accepted.books.diagnoses, accepted.diagnoses["number"])
        self._kinds[PROCEDURE].add(accepted.books.procedures, accepted.procedures["number"])

    def counts(self) -> Iterator[CodeCount]:
        """Every text that was counted, by kind and text."""
        for name, kind in self._kinds.items():
            found = (CodeCount(name, reading, times) for reading, times in kind.counts())
            yield from sorted(found, key=lambda count: count.reading.text)


class _Kind:
    """The counts of one kind, by number; parts are merged as they come, so that memory stays flat."""

    def __init__(self) -> None:
        self._book: CodeBook | None = None
        self._counts = pl.DataFrame(schema={"number": pl.UInt32, "times": pl.Int64})

    def add(self, book: CodeBook, numbers: pl.Series) -> None:
        self._book = book
        found = numbers.value_counts(name="times").with_columns(pl.col("times").cast(pl.Int64))
        self._counts = pl.concat([self._counts, found]).group_by("number").agg(pl.col("times").sum())

    def counts(self) -> Iterator[tuple[Reading, int]]:
        for number, times in self._counts.iter_rows():
            if self._book is not None and number != NO_CODE:
                yield self._book.reading(number), times
