"""Levels, Charlson sums and auxiliary parts of the records of a part, each distinct combination answered once."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, TypeAlias

import polars as pl

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.grouping.answers import enumerated
from drgcalc.grouping.complications import Complications
from drgcalc.grouping.dip.auxiliary import (
    AskedSets,
    AuxiliaryRules,
    Charlson,
    Parts,
    by_position,
    held_levels,
    refuse_too_many,
    sum_of,
)
from drgcalc.grouping.dip.held_sets import HeldSets
from drgcalc.grouping.dip.scheme import CHARLSON, DipScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering, place_of, scales_of
from drgcalc.grouping.gathering import Gathering
from drgcalc.grouping.memo import MOST_REMEMBERED, Memo
from drgcalc.records.code_book import CodeBook, PartCodes

MOST_POSITIONS = 1 << 28
"""Combinations of positions that one number holds beside levels and Charlson sums."""

Conditions: TypeAlias = frozenset[tuple[str, int]]
"""Conditions of the Charlson sum with their weights."""


class Found(NamedTuple):
    """Of each record the complication levels as bits (LEVEL_BITS), and the number of its auxiliary parts."""

    levels: pl.Series
    parts: pl.Series


class RecordParts:
    """The complication levels and auxiliary parts of records by one directory."""

    def __init__(self, scheme: DipScheme) -> None:
        self._rules = AuxiliaryRules(scheme)
        self._sets = HeldSets(AskedSets(self._rules.rules, scheme.code_sets))
        self._complications = Complications(scheme.cc, scheme.exclusions)
        self._charlson = Charlson(scheme.charlson)
        scales = scales_of(self._rules.rules)
        self.scales = tuple(scale for scale in scales if scale.field != CHARLSON)
        self._sums = next((scale for scale in scales if scale.field == CHARLSON), None)
        refuse_too_many(scheme.id, "auxiliary.csv", scales, MOST_POSITIONS)
        self._facts = pl.DataFrame(schema={"listed": pl.Boolean, "conditions": pl.Int32})
        self._excluding = pl.Series([], dtype=pl.Int32)
        self._tables = Numbering[frozenset[str]]()
        self._conditions = Numbering[Conditions](frozenset())
        self._held = Gathering[Conditions](frozenset(), lambda held, more: held | self._conditions.value(more))
        self._levels = Memo.one_by_one(self._level_bits)
        self._parts = Numbering[Parts]()
        self._answers = Memo.one_by_one(self._part_number)

    def of(self, part: PartCodes, others: pl.DataFrame, scalars: pl.Series) -> Found:
        """Levels and parts of the records of a part.

        others: its other diagnoses. scalars: positions on `scales` of each record, packed.
        """
        self._book: CodeBook = part.books.diagnoses
        self._learn()
        memories: tuple[Memo | Gathering[Conditions] | HeldSets, ...] = (self._answers, self._held, self._sets)
        if sum(map(len, memories)) > MOST_REMEMBERED:
            for memory in memories:
                memory.forget()
        levels = self._levels_of(part, others)
        keys = scalars if self._sums is None else scalars * self._sums.size + self._sums_of(others, len(scalars))
        return Found(levels, self._answers.of(keys * len(_LEVELS) + levels, self._sets.of(part)))

    def table(self) -> pl.DataFrame:
        """The parts of each number, a column a dimension, in the order of the numbers."""
        known = self._parts.values()
        columns = {f"aux_{name}": [parts[place] for parts in known] for place, name in enumerate(DIMENSIONS)}
        return pl.DataFrame({name: enumerated(texts) for name, texts in columns.items()})

    def _learn(self) -> None:
        """Facts of diagnosis codes that are new: whether it is a complication, its Charlson conditions, and which
        exclusion tables hold it."""
        found, excluding = [], []
        for number in range(len(self._facts), len(self._book)):
            code = self._book.code(number)
            conditions = self._charlson.conditions(code) if code and self._sums else frozenset()
            counts = bool(code) and not self._book.reading(number).grey
            found.append((counts and bool(self._complications.of(code)), self._conditions.number(conditions)))
            excluding.append(self._tables.number(self._complications.exclusion_tables.of(code)))
        if found:
            self._facts = pl.concat([self._facts, pl.DataFrame(found, schema=self._facts.schema, orient="row")])
            self._excluding = pl.concat([self._excluding, pl.Series(excluding, dtype=pl.Int32)])

    def _levels_of(self, part: PartCodes, others: pl.DataFrame) -> pl.Series:
        size = len(part.source_rows)
        levels = pl.zeros(size, dtype=pl.Int32, eager=True)
        listed = others.filter(self._facts["listed"][others["number"]])
        if listed.is_empty():
            return levels
        tables = self._excluding[part.leading(part.diagnoses)[listed["at"]]]
        bits = self._levels.of(tables, listed["number"])
        for bit in LEVEL_BITS.values():
            found = pl.zeros(size, dtype=pl.Int32, eager=True)
            levels = levels | found.scatter(listed["at"].filter(bits & bit > 0), bit)
        return levels

    def _sums_of(self, others: pl.DataFrame, size: int) -> pl.Series:
        """The position of each record's Charlson sum on its scale: each condition once, with its heaviest weight."""
        conditions = self._facts["conditions"][others["number"]]
        has = conditions > 0
        held = self._held.of(others["at"].filter(has), conditions.filter(has), size)
        places = [self._place(self._held.state(number)) for number in range(self._held.states())]
        return pl.Series(places, dtype=pl.Int64)[held]

    def _place(self, conditions: Conditions) -> int:
        return 0 if self._sums is None else place_of(Decimal(sum_of(conditions)), self._sums)

    def _level_bits(self, tables: int, code: int) -> int:
        return self._complications.bits(self._book.code(code), self._tables.value(tables))

    def _part_number(self, key: int, held: int) -> int:
        positions, bits = divmod(key, len(_LEVELS))
        scales = self.scales if self._sums is None else (*self.scales, self._sums)
        return self._parts.number(
            self._rules.parts(by_position(scales, positions), _LEVELS[bits] | self._sets.value(held))
        )


_LEVELS = tuple(
    held_levels(level for level, bit in LEVEL_BITS.items() if bits & bit) for bits in range(2 ** len(LEVEL_BITS))
)
