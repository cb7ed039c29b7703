"""Auxiliary parts of a case (辅助目录分型): comorbidity index, severity, tumour, age, intensive care.

The rules are the directory's (auxiliary.csv), in the official rule language over scalars, the Charlson sum, the levels
MCC and CC of other diagnoses, and sets of codes (how a tumour was treated); of each dimension the first part whose rule
holds is the case's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from math import prod
from typing import TypeAlias

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.base.errors import RulesError
from drgcalc.grouping.code_sets import CodeSet
from drgcalc.grouping.dip.scheme import CHARLSON, AuxiliaryPart, CharlsonRow, DipScheme
from drgcalc.grouping.facts import Membership, Scale, unpack
from drgcalc.grouping.rules import (
    DIAGNOSIS_FIELDS,
    PROCEDURE_FIELDS,
    VIRTUAL_SETS,
    And,
    Compare,
    Constant,
    Member,
    Not,
    Or,
    Rule,
    compares,
    parse,
    walk,
)
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE

Compares = Callable[[str, str, Decimal], bool]
"""Whether a scalar of a case, by field, stands so to a number."""
Parts = tuple[str | None, ...]
"""The part of each of DIMENSIONS, None where no rule holds."""
Held: TypeAlias = frozenset[tuple[str, str]]
"""Fields of the rule language, each with a set or level that a code of it is in."""
NOTHING_HELD: Held = frozenset()


class Charlson:
    """The Charlson sum of a case: each condition counts once, with the heaviest weight of its diagnoses."""

    def __init__(self, rows: Iterable[CharlsonRow]) -> None:
        self._known: dict[str, set[tuple[str, int]]] = {}
        for row in rows:
            self._known.setdefault(row.code, set()).add((row.condition, row.weight))
        self._lengths = sorted(set(map(len, self._known)))

    def conditions(self, code: str) -> frozenset[tuple[str, int]]:
        """The conditions and weights of a diagnosis."""
        return frozenset().union(*(self._known.get(code[:length], ()) for length in self._lengths))

    def total(self, others: Iterable[str]) -> int:
        """The sum over other diagnoses."""
        return sum_of(condition for code in others for condition in self.conditions(code))


def sum_of(conditions: Iterable[tuple[str, int]]) -> int:
    """The sum of conditions and weights, each condition once."""
    heaviest: dict[str, int] = {}
    for condition, weight in conditions:
        heaviest[condition] = max(weight, heaviest.get(condition, 0))
    return sum(heaviest.values())


class AuxiliaryRules:
    """The rules of a directory's auxiliary parts."""

    def __init__(self, scheme: DipScheme) -> None:
        self._rows = [(row, parse(row.rule, (CHARLSON,))) for row in scheme.auxiliary]
        self.rules = tuple(rule for _, rule in self._rows)

    def tried(self, dimension: str, holds: Compares, held: Held) -> list[tuple[AuxiliaryPart, bool]]:
        """The parts of a dimension in order, up to the first that holds, and whether each does."""
        found: list[tuple[AuxiliaryPart, bool]] = []
        for row, rule in self._rows:
            if row.dimension == dimension:
                found.append((row, truth(rule, holds, held)))
                if found[-1][1]:
                    break
        return found

    def parts(self, holds: Compares, held: Held) -> Parts:
        """The part of each dimension."""
        tried = (self.tried(dimension, holds, held) for dimension in DIMENSIONS)
        return tuple(rows[-1][0].part if rows and rows[-1][1] else None for rows in tried)


def refuse_too_many(directory: str, table: str, scales: Sequence[Scale], most: int) -> None:
    """Raise RulesError when rules compare scalars with so many numbers that their combinations fit into no number."""
    combinations = prod(scale.size for scale in scales)
    if combinations > most:
        raise RulesError(
            f"directory {directory}: {table} compares scalars with so many numbers that {combinations:,} combinations "
            "arise",
            hint=f"at most {most:,} can be told apart: use fewer thresholds",
        )


def by_position(scales: Sequence[Scale], packed: int) -> Compares:
    """Comparisons of scalars that are known by their packed positions on scales."""
    placed = {scale.field: (scale, place) for scale, place in zip(scales, unpack(packed, scales), strict=True)}

    def holds(field: str, op: str, number: Decimal) -> bool:
        scale, place = placed[field]
        return place in scale.positions_where(op, number)

    return holds


def by_value(values: Mapping[str, Decimal | None]) -> Compares:
    """Comparisons of scalars that are known by value; a missing one makes a comparison false."""

    def holds(field: str, op: str, number: Decimal) -> bool:
        value = values.get(field)
        return value is not None and compares(value, op, number)

    return holds


def held_levels(levels: Iterable[str]) -> Held:
    """Levels MCC and CC of a case as rules ask for them."""
    return frozenset(("QTZD", level) for level in levels)


class AskedSets:
    """The sets of codes that rules ask for, by field; levels are no sets."""

    def __init__(self, rules: Iterable[Rule], code_sets: Mapping[str, CodeSet]) -> None:
        members = [part for rule in rules for part in walk(rule) if isinstance(part, Member)]
        self._asked = {(field, name) for part in members for field in part.fields for name in part.sets}
        self._sets = {
            kind: Membership({name: found.codes for name, found in code_sets.items() if found.kind == kind})
            for kind in (DIAGNOSIS, PROCEDURE)
        }

    def __bool__(self) -> bool:
        """Whether any set is asked for."""
        return not all(name in VIRTUAL_SETS for _, name in self._asked)

    def of(self, field: str, code: str) -> Held:
        """What a code of that field is in, of all that rules ask for."""
        sets = self._sets[DIAGNOSIS if field in DIAGNOSIS_FIELDS else PROCEDURE].of(code) if code else ()
        return frozenset((field, name) for name in sets if (field, name) in self._asked)

    def held(self, diagnoses: Sequence[str], procedures: Sequence[str]) -> Held:
        """What the codes of a case are in; the first of each list leads."""
        fields = ((DIAGNOSIS_FIELDS, diagnoses), (PROCEDURE_FIELDS, procedures))
        return NOTHING_HELD.union(
            *(self.of(names[place > 0], code) for names, codes in fields for place, code in enumerate(codes))
        )


def truth(rule: Rule, holds: Compares, held: Held = NOTHING_HELD) -> bool:
    """Whether a rule holds over scalars and what the codes of a case are in; codes cannot be counted."""
    match rule:
        case Constant(value):
            return value
        case And(parts):
            return all(truth(part, holds, held) for part in parts)
        case Or(parts):
            return any(truth(part, holds, held) for part in parts)
        case Not(part):
            return not truth(part, holds, held)
        case Compare(field, op, number):
            return holds(field, op, number)
        case Member(fields, sets):
            return any((field, name) in held for field in fields for name in sets)
        case _:
            return False
