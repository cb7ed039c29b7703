"""The sets of codes that auxiliary rules ask for and that the codes of each record are in, as numbers."""

from __future__ import annotations

import polars as pl

from drgcalc.grouping.dip.auxiliary import NOTHING_HELD, AskedSets, Held
from drgcalc.grouping.facts import Numbering
from drgcalc.grouping.gathering import Gathering
from drgcalc.grouping.rules import DIAGNOSIS_FIELDS, PROCEDURE_FIELDS
from drgcalc.records.code_book import CodeBook, PartCodes


class HeldSets:
    """What the codes of records are in, of all that rules ask for."""

    def __init__(self, asked: AskedSets) -> None:
        self._asked = asked
        self._elements = Numbering[Held](NOTHING_HELD)
        self._known = {fields: pl.DataFrame(schema=dict.fromkeys(fields, pl.Int32)) for fields in _FIELDS}
        self._held = Gathering[Held](NOTHING_HELD, lambda held, more: held | self._elements.value(more))

    def __len__(self) -> int:
        """How many steps are known."""
        return len(self._held)

    def forget(self) -> None:
        """Number anew what records hold."""
        self._held.forget()

    def of(self, part: PartCodes) -> pl.Series:
        """The number of what the codes of each record of a part are in, Int32."""
        size = len(part.source_rows)
        held = pl.zeros(size, dtype=pl.Int32, eager=True)
        if not self._asked:
            return held
        books = (part.books.diagnoses, part.books.procedures)
        for fields, book, elements in zip(_FIELDS, books, (part.diagnoses, part.procedures), strict=True):
            facts = self._facts(fields, book)
            leading, other = (facts[field][elements["number"]] for field in fields)
            numbers = leading.zip_with(elements["leads"], other)
            held = self._held.of(elements["at"].filter(numbers > 0), numbers.filter(numbers > 0), size, held)
        return held

    def value(self, number: int) -> Held:
        """What stands behind a number of `of`."""
        return self._held.state(number)

    def _facts(self, fields: tuple[str, ...], book: CodeBook) -> pl.DataFrame:
        """Of each number of a book what its code is in, as leading code and as another one."""
        known = self._known[fields]
        found = [
            [self._elements.number(self._asked.of(field, book.code(number))) for field in fields]
            for number in range(len(known), len(book))
        ]
        if found:
            known = pl.concat([known, pl.DataFrame(found, schema=known.schema, orient="row")], rechunk=True)
            self._known[fields] = known
        return known


_FIELDS: tuple[tuple[str, ...], ...] = (DIAGNOSIS_FIELDS, PROCEDURE_FIELDS)
