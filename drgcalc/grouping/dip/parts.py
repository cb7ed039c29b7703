"""Levels, Charlson sums and auxiliary parts of the records of a part, each distinct combination answered once."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import polars as pl

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.grouping.answers import enumerated
from drgcalc.grouping.complications import Complications
from drgcalc.grouping.dip.auxiliary import AuxiliaryRules, Charlson, Parts, by_position, refuse_too_many, sum_of
from drgcalc.grouping.dip.memo import MOST_REMEMBERED, BoundedMemo, paired, parted
from drgcalc.grouping.dip.scheme import CHARLSON, DipScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering, Scale, place_of, scales_of
from drgcalc.records.code_book import CodeBook, PartCodes

MOST_POSITIONS = 1 << 30
"""Combinations of positions that one number holds beside levels and Charlson sums."""


class Found(NamedTuple):
    """Of each record the complication levels as bits (LEVEL_BITS), and the number of its auxiliary parts."""

    levels: pl.Series
    parts: pl.Series


class RecordParts:
    """The complication levels and auxiliary parts of records by one directory."""

    def __init__(self, scheme: DipScheme) -> None:
        self._rules = AuxiliaryRules(scheme)
        self._complications = Complications(scheme.cc, scheme.exclusions)
        self._charlson = Charlson(scheme.charlson)
        scales = scales_of(self._rules.rules)
        self.scales = tuple(scale for scale in scales if scale.field != CHARLSON)
        self._sums = next((scale for scale in scales if scale.field == CHARLSON), None)
        refuse_too_many(scheme.id, "auxiliary.csv", scales, MOST_POSITIONS)
        self._facts = pl.DataFrame(schema={"listed": pl.Boolean, "conditions": pl.Int32})
        self._excluding = pl.Series([], dtype=pl.Int32)
        self._tables = Numbering[frozenset[str]]()
        self._conditions = Numbering[frozenset[tuple[str, int]]](frozenset())
        self._levels = BoundedMemo(self._level_bits)
        self._parts = Numbering[Parts]()
        self._answers = BoundedMemo(self._part_number)

    def of(self, part: PartCodes, scalars: pl.Series) -> Found:
        """Levels and parts of the records of a part. scalars: positions on `scales` of each record, packed."""
        self._book: CodeBook = part.books.diagnoses
        self._learn()
        if len(self._answers) > MOST_REMEMBERED:
            self._answers.forget()
        others = part.diagnoses.filter(~pl.col("leads"))
        levels = self._levels_of(part, others)
        sums = self._sums_of(others, len(scalars))
        return Found(levels, self._answers.of(paired(scalars, sums * len(_LEVELS) + levels)))

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
        listed = others.filter(self._facts["listed"].gather(others["number"]))
        if listed.is_empty():
            return levels
        tables = self._excluding.gather(part.leading(part.diagnoses).gather(listed["at"]))
        bits = self._levels.of(paired(tables, listed["number"]))
        for bit in LEVEL_BITS.values():
            holders = listed["at"].filter(bits & bit > 0)
            levels = levels | pl.zeros(size, dtype=pl.Int32, eager=True).scatter(holders, bit)
        return levels

    def _sums_of(self, others: pl.DataFrame, size: int) -> pl.Series:
        """The position of each record's Charlson sum on its scale: each condition once, with its heaviest weight."""
        sums = pl.zeros(size, dtype=pl.Int32, eager=True)
        if self._sums is None:
            return sums
        sums += place_of(Decimal(0), self._sums)
        conditions = self._facts["conditions"].gather(others["number"])
        held = pl.DataFrame(
            {"at": others["at"].filter(conditions > 0), "conditions": conditions.filter(conditions > 0)}
        )
        # Elements come record by record; most records have one with a condition, which needs no list.
        alone = (held["at"] != held["at"].shift(1, fill_value=size)) & (
            held["at"] != held["at"].shift(-1, fill_value=size)
        )
        places = [self._place(str(number), self._sums) for number in range(len(self._conditions))]
        single = held.filter(alone)
        sums = sums.scatter(single["at"], pl.Series(places, dtype=pl.Int32).gather(single["conditions"]))
        several = held.filter(~alone).unique().sort("at", "conditions")
        lists = several.group_by("at", maintain_order=True).agg(pl.col("conditions").cast(pl.String).str.join(","))
        texts = lists["conditions"].unique()
        found = pl.Series([self._place(text, self._sums) for text in texts], dtype=pl.Int32)
        return sums.scatter(lists["at"], lists["conditions"].replace_strict(texts, found, return_dtype=pl.Int32))

    def _place(self, text: str, scale: Scale) -> int:
        sets = (self._conditions.value(int(number)) for number in text.split(","))
        return place_of(Decimal(sum_of(condition for held in sets for condition in held)), scale)

    def _level_bits(self, key: int) -> int:
        tables, code = parted(key)
        return self._complications.bits(self._book.code(code), self._tables.value(tables))

    def _part_number(self, key: int) -> int:
        scalars, rest = parted(key)
        sums, bits = divmod(rest, len(_LEVELS))
        if self._sums is None:
            return self._parts.number(self._rules.parts(by_position(self.scales, scalars), _LEVELS[bits]))
        every = (*self.scales, self._sums)
        return self._parts.number(
            self._rules.parts(by_position(every, scalars * self._sums.size + sums), _LEVELS[bits])
        )


_LEVELS = tuple(
    frozenset(level for level, bit in LEVEL_BITS.items() if bits & bit) for bits in range(2 ** len(LEVEL_BITS))
)
