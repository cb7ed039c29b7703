"""Codes of records to facts: what the rules of a scheme can see of each record, as small integers.

This is where the volume is, five or six codes a record. `drgcalc.records` has numbered every distinct text of a code;
what a number means to the rules is found out once, and records take it from tables, a column at a time, in Polars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from drgcalc.grouping.compiled import CompiledScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering
from drgcalc.records.code_book import CodeBook, PartCodes

_NOT_LISTED = -1
_STRIDE = 1 << 32


class Memo:
    """A function of whole numbers, asked for columns of them and computed once for each distinct number."""

    def __init__(self, compute: Callable[[int], int]) -> None:
        self._compute = compute
        self._known = pl.DataFrame(schema={"key": pl.Int64, "value": pl.Int32})

    def of(self, keys: pl.Series) -> pl.Series:
        """The value for each key."""
        asked = pl.DataFrame({"key": keys.unique()})
        new = asked.join(self._known, on="key", how="anti").sort("key")["key"].to_list()
        if new:
            found = {"key": new, "value": [self._compute(key) for key in new]}
            self._known = pl.concat([self._known, pl.DataFrame(found, schema=self._known.schema)])
        return keys.replace_strict(self._known["key"], self._known["value"], return_dtype=pl.Int32)


class FactTable:
    """Facts of the codes of a book, a column each, by the number of the code; made once for each number."""

    def __init__(self, names: Sequence[str], facts_of: Callable[[str], Sequence[int]]) -> None:
        self._facts_of = facts_of
        self._facts = pl.DataFrame(schema=dict.fromkeys(names, pl.Int32))

    def learn(self, book: CodeBook) -> None:
        """Make the facts of the codes that the book has got since the last time."""
        new = [self._facts_of(book.code(number)) for number in range(len(self._facts), len(book))]
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
        self._diagnoses = FactTable(("principal", "gate", "excluding", "other", *LEVEL_BITS), self._diagnosis_facts)
        self._procedures = FactTable(("main", "other"), self._procedure_facts)
        self._excluded = Memo(self._is_excluded)
        self._narrowed = {
            field: Memo(lambda key, field=field: compiled.narrow_class(key // _STRIDE, field, key % _STRIDE))  # type: ignore[misc]
            for field in ("ZYSS", "QTZD", "QTSS")
        }
        self._scalars = Numbering(0)
        self._scalar_numbers = Memo(self._scalars.number)
        self._narrowed_scalars = Memo(self._narrow_scalars)
        self._lists = Numbering("")

    def of(self, part: PartCodes, gate_scalars: pl.Series) -> pl.DataFrame:
        """Facts of the records of a part: principal, main, diagnoses, procedures, gate_scalars, levels; one row each.

        gate_scalars: the packed positions of each record's scalars. In the result `gate_scalars` are numbers of packed
        positions (`scalars`), `diagnoses` and `procedures` numbers of lists of classes (`classes`).
        """
        size = len(part.source_rows)
        self._diagnoses.learn(part.books.diagnoses)
        self._procedures.learn(part.books.procedures)
        first = _leading(part.diagnoses, size)
        gate = self._diagnoses.fact("gate", first).cast(pl.Int64)
        main = self._procedures.fact("main", _leading(part.procedures, size))
        others = part.diagnoses.filter(~pl.col("leads"))
        other_classes = self._diagnoses.fact("other", others["number"])
        procedures = part.procedures.filter(~pl.col("leads"))
        procedure_classes = self._procedures.fact("other", procedures["number"])
        return pl.DataFrame(
            {
                "principal": self._diagnoses.fact("principal", first),
                "main": self._narrowed["ZYSS"].of(gate * _STRIDE + main),
                "diagnoses": self._list_numbers("QTZD", others["at"], other_classes, gate),
                "procedures": self._list_numbers("QTSS", procedures["at"], procedure_classes, gate),
                "gate_scalars": self._narrowed_scalars.of(gate * _STRIDE + self._scalar_numbers.of(gate_scalars)),
                "levels": self._levels(others, self._diagnoses.fact("excluding", first)),
            }
        )

    def scalars(self, number: int) -> int:
        """The packed positions that have this number."""
        return self._scalars.value(number)

    def classes(self, number: int) -> tuple[int, ...]:
        """The list of classes that has this number."""
        return tuple(int(text) for text in self._lists.value(number).split(",") if text)

    def _levels(self, others: pl.DataFrame, excluding: pl.Series) -> pl.Series:
        """Complication levels of each record, as bits; a code whose exclusion table holds the principal counts not."""
        levels = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
        for level, bit in LEVEL_BITS.items():
            exclusion = self._diagnoses.fact(level, others["number"])
            listed = pl.DataFrame({"at": others["at"], "exclusion": exclusion}).filter(pl.col("exclusion") >= 0)
            keys = excluding.gather(listed["at"]).cast(pl.Int64) * _STRIDE + listed["exclusion"]
            counting = listed["at"].filter(self._excluded.of(keys) == 0).unique()
            found = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
            levels = levels | found.scatter(counting, bit)
        return levels

    def _list_numbers(self, field: str, at: pl.Series, classes: pl.Series, gate: pl.Series) -> pl.Series:
        """The number of each record's list of other classes; 0 is the empty list."""
        asked = pl.DataFrame({"at": at, "class": classes}).filter(pl.col("class") > 0)
        numbers = pl.zeros(len(gate), dtype=pl.Int32, eager=True)
        if asked.is_empty():
            return numbers
        kept = self._narrowed[field].of(gate.gather(asked["at"]) * _STRIDE + asked["class"])
        lists = (
            asked.with_columns(kept=kept)
            .filter(pl.col("kept") > 0)
            .unique(("at", "kept"))
            .sort("at", "kept")
            .group_by("at", maintain_order=True)
            .agg(pl.col("kept").cast(pl.String).str.join(",").alias("list"))
        )
        for text in lists["list"].unique().sort():
            self._lists.number(text)
        texts, known = zip(*self._lists.items(), strict=True)
        found = lists["list"].replace_strict(pl.Series(texts), pl.Series(known), return_dtype=pl.Int32)
        return numbers.scatter(lists["at"], found)

    def _narrow_scalars(self, key: int) -> int:
        packed = self._compiled.narrow_scalars(key // _STRIDE, self._scalars.value(key % _STRIDE))
        return self._scalars.number(packed)

    def _is_excluded(self, key: int) -> int:
        tables = self._excluding.value(key // _STRIDE)
        return int(any(self._exclusions[name] == key % _STRIDE for name in tables))

    def _diagnosis_facts(self, code: str) -> Sequence[int]:
        books, compiled = self._compiled.books, self._compiled
        if not code:
            return (0, compiled.gate_of(0), 0, 0, *(_NOT_LISTED for _ in LEVEL_BITS))
        sets = compiled.diagnosis_sets.of(code)
        principal = books["ZYZD"].number(code, sets)
        excluding = self._excluding.number(compiled.exclusion_tables.of(code))
        listed = {row.level: self._exclusions[row.exclusion_set] for row in compiled.complications(code)}
        levels = (listed.get(level, _NOT_LISTED) for level in LEVEL_BITS)
        return (principal, compiled.gate_of(principal), excluding, books["QTZD"].number(code, sets), *levels)

    def _procedure_facts(self, code: str) -> Sequence[int]:
        if not code:
            return (0, 0)
        books, sets = self._compiled.books, self._compiled.procedure_sets.of(code)
        return (books["ZYSS"].number(code, sets), books["QTSS"].number(code, sets))


def _leading(elements: pl.DataFrame, size: int) -> pl.Series:
    """The number of the leading element of each list, 0 for an empty one."""
    leading = elements.filter("leads")
    return pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(leading["at"], leading["number"])
