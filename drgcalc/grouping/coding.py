"""Codes of records to facts: what the rules of a scheme can see of each record, as small integers.

This is where the volume is, five or six codes a record. `drgcalc.records` has numbered every distinct text of a code;
what a number means to the rules is found out once, and records take it from tables, a column at a time, in Polars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from drgcalc.grouping.compiled import CompiledScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering
from drgcalc.grouping.memo import Memo, Row
from drgcalc.records.code_book import CodeBook, PartCodes
from drgcalc.records.code_reader import Reading

_NOT_LISTED = -1


class FactTable:
    """Facts of the codes of a book, a column each, by the number of the code; made once for each number."""

    def __init__(self, names: Sequence[str], facts_of: Callable[[Reading], Sequence[int]]) -> None:
        self._facts_of = facts_of
        self._facts = pl.DataFrame(schema=dict.fromkeys(names, pl.Int32))

    def learn(self, book: CodeBook) -> None:
        """Make the facts of the codes that the book has got since the last time."""
        new = [self._facts_of(book.reading(number)) for number in range(len(self._facts), len(book))]
        if new:
            self._facts = pl.concat([self._facts, pl.DataFrame(new, schema=self._facts.schema, orient="row")])

    def fact(self, name: str, numbers: pl.Series) -> pl.Series:
        """One fact of each numbered code."""
        return self._facts[name].gather(numbers)


class RecordFacts:
    """The facts of records by one compiled scheme, narrowed to what the MDCs open to each record ask about."""

    def __init__(self, compiled: CompiledScheme) -> None:
        self._compiled = compiled
        tables = sorted(compiled.scheme.exclusions)
        self._exclusions = {"": 0} | {name: number for number, name in enumerate(tables, start=1)}
        self._excluding = Numbering[frozenset[str]](frozenset())
        self._listings = Numbering[tuple[int, ...]]((_NOT_LISTED,) * len(LEVEL_BITS))
        names = ("principal", "gate", "excluding", "other", "listing", "matters")
        self._diagnoses = FactTable(names, self._diagnosis_facts)
        self._procedures = FactTable(("main", "other"), self._procedure_facts)
        self._left_of = Memo.one_by_one(self._levels_left)
        self._narrowed = {
            field: Memo.one_by_one(lambda gate, number, field=field: compiled.narrow_class(gate, field, number))
            for field in ("ZYSS", "QTZD", "QTSS")
        }
        self._scalars = Numbering(0)
        self._scalar_numbers = Memo.one_by_one(self._scalars.number)
        self._narrowed_scalars = Memo.one_by_one(self._narrow_scalars)
        self._lists = Numbering[Row](())
        self._longer = Memo.one_by_one(lambda number, kept: self._lists.number((*self._lists.value(number), kept)))

    def of(self, part: PartCodes, gate_scalars: pl.Series) -> pl.DataFrame:
        """Facts of the records of a part: principal, main, diagnoses, procedures, gate_scalars, levels; one row each.

        gate_scalars: the packed positions of each record's scalars. In the result `gate_scalars` are numbers of packed
        positions (`scalars`), `diagnoses` and `procedures` numbers of lists of classes (`classes`).
        """
        self._diagnoses.learn(part.books.diagnoses)
        self._procedures.learn(part.books.procedures)
        first = part.leading(part.diagnoses)
        gate = self._diagnoses.fact("gate", first)
        main = self._procedures.fact("main", part.leading(part.procedures))
        others = _elements(part.diagnoses, ~part.diagnoses["leads"] & (self._fact_of(part.diagnoses, "matters") > 0))
        classes = self._diagnoses.fact("other", others["number"])
        procedures = _elements(part.procedures, ~part.procedures["leads"])
        procedure_classes = self._procedures.fact("other", procedures["number"])
        return pl.DataFrame(
            {
                "principal": self._diagnoses.fact("principal", first),
                "main": self._narrowed["ZYSS"].of(gate, main),
                "diagnoses": self._list_numbers("QTZD", others["at"], classes, gate),
                "procedures": self._list_numbers("QTSS", procedures["at"], procedure_classes, gate),
                "gate_scalars": self._narrowed_scalars.of(gate, self._scalar_numbers.of(gate_scalars)),
                "levels": self._levels(others, self._diagnoses.fact("excluding", first)),
            }
        )

    def scalars(self, number: int) -> int:
        """The packed positions that have this number."""
        return self._scalars.value(number)

    def classes(self, number: int) -> Row:
        """The list of classes that has this number."""
        return self._lists.value(number)

    def _fact_of(self, elements: pl.DataFrame, name: str) -> pl.Series:
        return self._diagnoses.fact(name, elements["number"])

    def _levels(self, others: pl.DataFrame, excluding: pl.Series) -> pl.Series:
        """Complication levels of each record, as bits; a code whose exclusion table holds the principal counts not."""
        listing = self._fact_of(others, "listing")
        listed = pl.DataFrame({"at": others["at"], "listing": listing}).filter(listing > 0)
        left = self._left_of.of(excluding.gather(listed["at"]), listed["listing"])
        levels = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
        for bit in LEVEL_BITS.values():
            found = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
            levels = levels | found.scatter(listed["at"].filter(left & bit > 0), bit)
        return levels

    def _list_numbers(self, field: str, at: pl.Series, classes: pl.Series, gate: pl.Series) -> pl.Series:
        """The number of each record's list of other classes, in order and each once; 0 is the empty list."""
        asked = pl.DataFrame({"at": at, "class": classes}).filter(classes > 0)
        numbers = pl.zeros(len(gate), dtype=pl.Int32, eager=True)
        kept = asked.select("at", kept=self._narrowed[field].of(gate.gather(asked["at"]), asked["class"]))
        left = kept.filter(pl.col("kept") > 0).unique().sort("at", "kept")
        left = left.with_columns(place=pl.int_range(pl.len()).over("at"))
        longest: Any = left.select(1 + pl.col("place").max()).item()
        for place in range(longest or 0):
            here = left.filter(pl.col("place") == place)
            longer = self._longer.of(numbers.gather(here["at"]), here["kept"])
            numbers = numbers.scatter(here["at"], longer)
        return numbers

    def _narrow_scalars(self, gate: int, number: int) -> int:
        return self._scalars.number(self._compiled.narrow_scalars(gate, self._scalars.value(number)))

    def _levels_left(self, excluding: int, listing: int) -> int:
        """The level bits of a listed code beside a principal diagnosis that stands in these exclusion tables."""
        tables = {self._exclusions[name] for name in self._excluding.value(excluding)}
        listed = zip(LEVEL_BITS.values(), self._listings.value(listing), strict=True)
        return sum(bit for bit, exclusion in listed if exclusion != _NOT_LISTED and exclusion not in tables)

    def _diagnosis_facts(self, reading: Reading) -> Sequence[int]:
        code, books, compiled = reading.code, self._compiled.books, self._compiled
        if not code:
            return (0, compiled.gate_of(0), 0, 0, 0, 0)
        sets = compiled.diagnosis_sets.of(code)
        principal, other = books["ZYZD"].number(code, sets), books["QTZD"].number(code, sets)
        excluding = self._excluding.number(compiled.exclusion_tables.of(code))
        complications = [] if reading.grey else compiled.complications(code)
        listed = {row.level: self._exclusions[row.exclusion_set] for row in complications}
        listing = self._listings.number(tuple(listed.get(level, _NOT_LISTED) for level in LEVEL_BITS))
        matters = int(other > 0 or listing > 0)
        return (principal, compiled.gate_of(principal), excluding, other, listing, matters)

    def _procedure_facts(self, reading: Reading) -> Sequence[int]:
        code = reading.code
        if not code:
            return (0, 0)
        books, sets = self._compiled.books, self._compiled.procedure_sets.of(code)
        return (books["ZYSS"].number(code, sets), books["QTSS"].number(code, sets))


def _elements(elements: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({name: elements[name].filter(kept) for name in ("at", "number")})
