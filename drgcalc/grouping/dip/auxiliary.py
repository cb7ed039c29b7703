"""Auxiliary parts of a case (辅助目录分型): comorbidity index, severity, tumour, age, intensive care.

The rules are the directory's (auxiliary.csv), in the official rule language over scalars, the Charlson sum and the
levels MCC and CC of other diagnoses; of each dimension the first part whose rule holds is the case's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from math import prod

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.base.errors import RulesError
from drgcalc.grouping.dip.scheme import CHARLSON, AuxiliaryPart, CharlsonRow, DipScheme
from drgcalc.grouping.facts import Scale, unpack
from drgcalc.grouping.rules import And, Compare, Constant, Member, Not, Or, Rule, compares, parse

Compares = Callable[[str, str, Decimal], bool]
"""Whether a scalar of a case, by field, stands so to a number."""
Parts = tuple[str | None, ...]
"""The part of each of DIMENSIONS, None where no rule holds."""


class Charlson:
    """The Charlson sum of a case: each condition counts once, with the heaviest weight of its diagnoses."""

    def __init__(self, rows: Iterable[CharlsonRow]) -> None:
        self._rows = tuple(rows)

    def conditions(self, code: str) -> frozenset[tuple[str, int]]:
        """The conditions and weights of a diagnosis."""
        return frozenset((row.condition, row.weight) for row in self._rows if code.startswith(row.code))

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

    def tried(self, dimension: str, holds: Compares, levels: frozenset[str]) -> list[tuple[AuxiliaryPart, bool]]:
        """The parts of a dimension in order, up to the first that holds, and whether each does."""
        found: list[tuple[AuxiliaryPart, bool]] = []
        for row, rule in self._rows:
            if row.dimension == dimension:
                found.append((row, truth(rule, holds, levels)))
                if found[-1][1]:
                    break
        return found

    def parts(self, holds: Compares, levels: frozenset[str]) -> Parts:
        """The part of each dimension."""
        tried = (self.tried(dimension, holds, levels) for dimension in DIMENSIONS)
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


def truth(rule: Rule, holds: Compares, levels: frozenset[str] = frozenset()) -> bool:
    """Whether a rule over scalars and levels holds; a code of a set is nowhere."""
    match rule:
        case Constant(value):
            return value
        case And(parts):
            return all(truth(part, holds, levels) for part in parts)
        case Or(parts):
            return any(truth(part, holds, levels) for part in parts)
        case Not(part):
            return not truth(part, holds, levels)
        case Compare(field, op, number):
            return holds(field, op, number)
        case Member(_, sets):
            return not levels.isdisjoint(sets)
        case _:
            return False
