"""Code texts as numbers: every distinct text is read (code_reader.py) and numbered once; records hold lists of numbers.

A list of codes is kept as its elements, one row each: `at` the position of the record in the part, `number` that of
the text in its book (0: blank, no code), `leads` whether it is the first of its list (principal diagnosis, main
procedure). Blank elements behind the first say nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from drgcalc.records.checks import bit
from drgcalc.records.code_reader import CodeReaders, Reading

NO_CODE = 0
SHOWN = ("R401", "R402", "R502", "R503", "R504", "R506", "R507")
"""Checks whose findings show the codes themselves, and what they may have been."""
_MALFORMED, _REPAIRED, _GREY = 1, 2, 4
"""Marks of a number, as bits."""
_NOWHERE = (1 << 32) - 1


class CodeBook:
    """The distinct texts of one kind of code, numbered as they are met; number 0 is no code."""

    def __init__(self, read: Callable[[str], Reading]) -> None:
        self._read = read
        self._texts = pl.Series([], dtype=pl.String)
        self._numbers = pl.Series([], dtype=pl.UInt32)
        self._entered = pl.Series([""])
        self._readings = [Reading("", "", "")]
        self._marks = [0]

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self._readings)

    @property
    def holds_grey(self) -> bool:
        """Whether any of its codes is grey."""
        return any(mark & _GREY for mark in self._marks)

    @property
    def holds_notes(self) -> bool:
        """Whether there is something to say about any of its texts."""
        return any(self._marks)

    def reading(self, number: int) -> Reading:
        """What the text of a number is read as; blank for number 0."""
        return self._readings[number]

    def code(self, number: int) -> str:
        """The code of a number as rules see it; "" for number 0."""
        return self._readings[number].code

    def texts(self, numbers: pl.Series) -> pl.Series:
        """The text of each number, as it was written."""
        return self._entered.gather(numbers)

    def marks(self, numbers: pl.Series) -> pl.Series:
        """For each number what there is to say about its text: bits of malformed, repaired, grey; 0 is nothing."""
        return pl.Series(self._marks, dtype=pl.UInt8).gather(numbers)

    def shown(self, numbers: pl.Series) -> pl.Series:
        """Texts as a finding shows them: as they came, with what they are or may be read as."""
        cells = {number: self._readings[number].shown for number in numbers.unique().sort()}
        known = pl.Series(list(cells), dtype=pl.UInt32)
        shown = pl.Series(list(cells.values()), dtype=pl.String)
        return numbers.replace_strict(known, shown, return_dtype=pl.String).cast(pl.String)

    def read(self, lists: pa.ChunkedArray) -> pl.DataFrame:
        """The elements of lists of texts, numbered: at, number, leads."""
        parents, start = [pl.Series([], dtype=pl.UInt32)], 0
        for chunk in lists.chunks:
            parents.append(pl.Series(pc.list_parent_indices(chunk)).cast(pl.UInt32) + start)
            start += len(chunk)
        at = pl.concat(parents)
        leads = at != at.shift(1, fill_value=_NOWHERE)
        numbers = self._number(pc.list_flatten(lists))
        listed = pl.DataFrame({"at": at, "number": numbers, "leads": leads})
        idle = ~leads & (numbers == NO_CODE)
        return listed.filter(~idle) if idle.any() else listed

    def _number(self, texts: pa.ChunkedArray) -> pl.Series:
        """The number of each text. Arrow finds the distinct ones, which the book knows or learns."""
        encoded = pc.dictionary_encode(texts).unify_dictionaries()
        distinct = pl.Series(encoded.chunk(0).dictionary if encoded.num_chunks else [], dtype=pl.String)
        numbers = self._look_up(distinct)
        new = distinct.filter(numbers.is_null() & distinct.is_not_null()).sort()
        if len(new):
            found = pl.Series([self._enter(text) for text in new], dtype=pl.UInt32)
            self._entered = pl.concat([self._entered, new.filter(found != NO_CODE)])
            self._texts = pl.concat([self._texts, new])
            self._numbers = pl.concat([self._numbers, found])
            numbers = self._look_up(distinct)
        places = [
            pl.Series([], dtype=pl.Int32),
            *(pl.Series(chunk.indices, dtype=pl.Int32) for chunk in encoded.chunks),
        ]
        return numbers.gather(pl.concat(places)).fill_null(NO_CODE)

    def _enter(self, text: str) -> int:
        reading = self._read(text)
        if not reading.code:
            return NO_CODE
        self._readings.append(reading)
        is_grey = reading.grey is not None
        self._marks.append(_MALFORMED * reading.malformed + _REPAIRED * reading.repaired + _GREY * is_grey)
        return len(self._readings) - 1

    def _look_up(self, texts: pl.Series) -> pl.Series:
        return texts.replace_strict(self._texts, self._numbers, default=None, return_dtype=pl.UInt32)


class CodeBooks(NamedTuple):
    """The books of a run."""

    diagnoses: CodeBook
    procedures: CodeBook


def new_books(readers: CodeReaders) -> CodeBooks:
    """Empty books."""
    return CodeBooks(CodeBook(readers.diagnoses.read), CodeBook(readers.procedures.read))


class PartCodes(NamedTuple):
    """The codes of the records of one part, by position; `source_rows` gives the row of each position."""

    source_rows: pl.Series
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame
    books: CodeBooks

    def leading(self, elements: pl.DataFrame) -> pl.Series:
        """The number of the leading element of each record's list, NO_CODE for an empty one."""
        at, numbers = (elements[name].filter(elements["leads"]) for name in ("at", "number"))
        size = len(self.source_rows)
        return numbers if len(at) == size else pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(at, numbers)

    def of(self, kept: pl.Series) -> PartCodes:
        """The codes of the records for which `kept` is true."""
        place = kept.cum_sum().cast(pl.UInt32) - 1
        diagnoses, procedures = (
            elements.filter(kept.gather(elements["at"])).pipe(_moved, place)
            for elements in (self.diagnoses, self.procedures)
        )
        return PartCodes(self.source_rows.filter(kept), diagnoses, procedures, self.books)


def _moved(elements: pl.DataFrame, place: pl.Series) -> pl.DataFrame:
    return elements.with_columns(at=place.gather(elements["at"]))


def read_codes(lists: pa.Table, books: CodeBooks) -> PartCodes:
    """The codes of records: source_row, diagnoses, procedures (lists of texts, the first leading), one row each."""
    return PartCodes(
        pl.Series(lists["source_row"]),
        books.diagnoses.read(lists["diagnoses"]),
        books.procedures.read(lists["procedures"]),
        books,
    )


def grey_principals(part: PartCodes) -> pl.Series:
    """For each record of a part whether its principal diagnosis is a grey code."""
    if not part.books.diagnoses.holds_grey:
        return pl.zeros(len(part.source_rows), dtype=pl.Boolean, eager=True)
    return part.books.diagnoses.marks(part.leading(part.diagnoses)) & _GREY > 0


def problems_of(part: PartCodes) -> pl.DataFrame:
    """Problems with codes, one row a record and check: at, problem (the bit), cell (what a finding shows)."""
    diagnoses, procedures = _noted(part.diagnoses, part.books.diagnoses), _noted(part.procedures, part.books.procedures)
    blank_mains = part.procedures.filter(part.procedures["number"] == NO_CODE)["at"]
    with_others = part.procedures.filter(part.procedures["at"].is_in(blank_mains.implode()) & ~part.procedures["leads"])
    malformed, repaired, grey = (pl.col("marks") & mark > 0 for mark in (_MALFORMED, _REPAIRED, _GREY))
    found = [
        _silent("R501", (part.leading(part.diagnoses) == NO_CODE).arg_true()),
        _shown("R502", diagnoses.filter("leads", malformed)),
        _shown("R503", diagnoses.filter(~pl.col("leads"), malformed)),
        _shown("R504", procedures.filter(malformed)),
        _silent("R505", with_others["at"].unique()),
        _shown("R506", pl.concat([diagnoses, procedures]).filter(repaired)),
        _shown("R507", diagnoses.filter("leads", grey)),
        _silent("R508", diagnoses.filter(~pl.col("leads"), grey)["at"].unique()),
    ]
    return pl.concat(found)


def _silent(code: str, at: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"at": at}).with_columns(problem=pl.lit(bit(code), pl.UInt64), cell=pl.lit(""))


def _noted(elements: pl.DataFrame, book: CodeBook) -> pl.DataFrame:
    """The elements about whose texts there is something to say: at, leads, marks, and the cell that shows them."""
    if not book.holds_notes:
        elements = elements.clear()
    noted = elements.with_columns(marks=book.marks(elements["number"])).filter(pl.col("marks") > 0)
    return noted.with_columns(cell=book.shown(noted["number"]))


def _shown(code: str, noted: pl.DataFrame) -> pl.DataFrame:
    joined = noted.group_by("at", maintain_order=True).agg(pl.col("cell").str.join(", "))
    return joined.select("at", problem=pl.lit(bit(code), pl.UInt64), cell=pl.col("cell"))
