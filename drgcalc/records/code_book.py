"""Code texts as numbers: every distinct text is spelled, looked at and numbered once; records hold lists of numbers.

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

from drgcalc.records import codes
from drgcalc.records.checks import bit

NO_CODE = 0
MALFORMED = ("R502", "R503", "R504")
"""Checks whose findings show the codes themselves."""
_NOWHERE = (1 << 32) - 1


class Spelling(NamedTuple):
    """How the codes of one kind are written."""

    normalise: Callable[[str], str]
    is_well_formed: Callable[[str], bool]
    propose: Callable[[str], str]


class CodeBook:
    """The distinct texts of one kind of code, numbered as they are met; number 0 is no code."""

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self._texts = pl.Series([], dtype=pl.String)
        self._numbers = pl.Series([], dtype=pl.UInt32)
        self._codes: list[str] = [""]
        self._raw: list[str] = [""]
        self._malformed: list[bool] = [False]

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self._codes)

    def code(self, number: int) -> str:
        """The normalised code of a number; "" for number 0."""
        return self._codes[number]

    def malformed(self, numbers: pl.Series) -> pl.Series:
        """For each number whether its text is not written as codes of this kind are."""
        return pl.Series(self._malformed, dtype=pl.Boolean).gather(numbers)

    def shown(self, numbers: pl.Series) -> pl.Series:
        """Malformed texts as a finding shows them: as they came, with what they may have been meant to be."""
        texts = {number: self._raw[number] for number in numbers.unique().sort()}
        proposals = {number: self._spelling.propose(self._codes[number]) for number in texts}
        cells = [f"{raw} ({proposals[number]}?)" if proposals[number] else raw for number, raw in texts.items()]
        known = pl.Series(list(texts), dtype=pl.UInt32)
        return numbers.replace_strict(known, pl.Series(cells, dtype=pl.String), return_dtype=pl.String)

    def read(self, lists: pa.ChunkedArray) -> pl.DataFrame:
        """The elements of lists of texts, numbered: at, number, leads."""
        parents, start = [pl.Series([], dtype=pl.UInt32)], 0
        for chunk in lists.chunks:
            parents.append(pl.Series(pc.list_parent_indices(chunk)).cast(pl.UInt32) + start)
            start += len(chunk)
        at = pl.concat(parents)
        leads = at != at.shift(1, fill_value=_NOWHERE)
        listed = pl.DataFrame({"at": at, "number": self._number(pc.list_flatten(lists)), "leads": leads})
        return listed.filter(pl.col("leads") | (pl.col("number") != NO_CODE))

    def _number(self, texts: pa.ChunkedArray) -> pl.Series:
        """The number of each text. Arrow finds the distinct ones, which the book knows or learns."""
        encoded = pc.dictionary_encode(texts)
        distinct = pl.Series(encoded.chunk(0).dictionary if encoded.num_chunks else [], dtype=pl.String)
        numbers = self._look_up(distinct)
        new = distinct.filter(numbers.is_null() & distinct.is_not_null()).sort()
        if len(new):
            found = [self._enter(text) for text in new]
            self._texts = pl.concat([self._texts, new])
            self._numbers = pl.concat([self._numbers, pl.Series(found, dtype=pl.UInt32)])
            numbers = self._look_up(distinct)
        places = [
            pl.Series([], dtype=pl.Int32),
            *(pl.Series(chunk.indices, dtype=pl.Int32) for chunk in encoded.chunks),
        ]
        return numbers.gather(pl.concat(places)).fill_null(NO_CODE)

    def _enter(self, text: str) -> int:
        code = self._spelling.normalise(text)
        if code in ("", "-"):
            return NO_CODE
        self._raw.append(text)
        self._codes.append(code)
        self._malformed.append(not self._spelling.is_well_formed(code))
        return len(self._codes) - 1

    def _look_up(self, texts: pl.Series) -> pl.Series:
        return texts.replace_strict(self._texts, self._numbers, default=None, return_dtype=pl.UInt32)


class CodeBooks(NamedTuple):
    """The books of a run."""

    diagnoses: CodeBook
    procedures: CodeBook


def new_books() -> CodeBooks:
    """Empty books."""
    return CodeBooks(
        CodeBook(Spelling(codes.normalise_diagnosis, codes.is_diagnosis, codes.propose_diagnosis)),
        CodeBook(Spelling(codes.normalise_procedure, codes.is_procedure, codes.propose_procedure)),
    )


class PartCodes(NamedTuple):
    """The codes of the records of one part, by position; `source_rows` gives the row of each position."""

    source_rows: pl.Series
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame
    books: CodeBooks

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


def problems_of(part: PartCodes) -> pl.DataFrame:
    """Problems with codes, one row a record and check: at, problem (the bit), cell (what a finding shows)."""
    diagnoses = part.diagnoses.with_columns(bad=part.books.diagnoses.malformed(part.diagnoses["number"]))
    procedures = part.procedures.with_columns(bad=part.books.procedures.malformed(part.procedures["number"]))
    has_principal = part.diagnoses.filter(pl.col("leads") & (pl.col("number") != NO_CODE))["at"]
    everybody = pl.int_range(len(part.source_rows), dtype=pl.UInt32, eager=True)
    without_principal = everybody.filter(~everybody.is_in(has_principal.implode()))
    blank_mains = procedures.filter(pl.col("leads") & (pl.col("number") == NO_CODE))["at"]
    with_others = procedures.filter(~pl.col("leads"))["at"]
    found = [
        _silent("R501", without_principal),
        _shown(MALFORMED[0], diagnoses.filter("leads", "bad"), part.books.diagnoses),
        _shown(MALFORMED[1], diagnoses.filter(~pl.col("leads"), "bad"), part.books.diagnoses),
        _shown(MALFORMED[2], procedures.filter("bad"), part.books.procedures),
        _silent("R505", blank_mains.filter(blank_mains.is_in(with_others.implode()))),
    ]
    return pl.concat(found)


def _silent(code: str, at: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"at": at}).with_columns(problem=pl.lit(bit(code), pl.UInt64), cell=pl.lit(""))


def _shown(code: str, elements: pl.DataFrame, book: CodeBook) -> pl.DataFrame:
    cells = pl.DataFrame({"at": elements["at"], "cell": book.shown(elements["number"])})
    joined = cells.group_by("at", maintain_order=True).agg(pl.col("cell").str.join(", "))
    return joined.select("at", problem=pl.lit(bit(code), pl.UInt64), cell=pl.col("cell"))
