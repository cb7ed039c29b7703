"""What a case is paid as its cost rises: the curve of each layer of groups and level of hospitals, piece by piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.settlement.point_policy import PointRules, Segment

ALL_LAYERS = "all"
OPEN_END = Decimal(2)
"""How many references beyond its last bound a curve is shown."""


class Example(NamedTuple):
    """The group and point value that yuan are computed with, and where they come from."""

    score: Decimal
    reference_fee: Decimal
    point_value: Decimal
    source: str

    def yuan(self, multiple: Fraction) -> Decimal:
        """What so many times the base points are worth, yuan."""
        worth = multiple * Fraction(self.score) * Fraction(self.point_value)
        return round_half_up(worth, MONEY_PLACES)


class Piece(NamedTuple):
    """A straight piece: multiples of the base points at its two ends, which lie at ratios of cost ÷ reference."""

    segment: str
    label: str
    from_ratio: Decimal
    to_ratio: Decimal
    is_open: bool
    from_multiple: Fraction
    to_multiple: Fraction
    flag: str


class Jump(NamedTuple):
    """A bound at which points change at once: multiples of the base just below it and just above."""

    at_ratio: Decimal
    below: Fraction
    above: Fraction
    segment: str


@dataclass(frozen=True)
class Curve:
    """What a layer's groups earn at hospitals with one coefficient; `levels` are those that have it."""

    layer: str
    levels: tuple[str, ...]
    coefficient: Decimal
    pieces: tuple[Piece, ...]

    def multiple(self, ratio: Fraction) -> Fraction:
        """Times the base points at a ratio, its bounds belonging to the piece below."""
        piece = next((one for one in self.pieces if ratio <= Fraction(one.to_ratio)), self.pieces[-1])
        width = Fraction(piece.to_ratio) - Fraction(piece.from_ratio)
        rise = (piece.to_multiple - piece.from_multiple) / width
        return piece.from_multiple + rise * (ratio - Fraction(piece.from_ratio))

    def jumps(self) -> tuple[Jump, ...]:
        """The bounds at which the points change at once, lowest first."""
        pairs = itertools.pairwise(self.pieces)
        return tuple(
            Jump(after.from_ratio, before.to_multiple, after.from_multiple, after.segment)
            for before, after in pairs
            if before.to_multiple != after.from_multiple
        )


def curves(rules: PointRules, coefficients: Mapping[str, Decimal]) -> tuple[Curve, ...]:
    """One curve a layer and coefficient. `coefficients` are those of levels; none of them means 1."""
    levels: dict[Decimal, list[str]] = {}
    for level, coefficient in coefficients.items():
        levels.setdefault(coefficient.normalize(), []).append(level)
    shown = levels or {Decimal(1): []}
    return tuple(
        Curve(layer, tuple(of_levels), coefficient, tuple(_pieces(segments, coefficient)))
        for layer, segments in layers(rules)
        for coefficient, of_levels in shown.items()
    )


def layers(rules: PointRules) -> Iterator[tuple[str, tuple[Segment, ...]]]:
    """The segments by layer; those that count for every other layer first."""
    yield ALL_LAYERS, rules.outliers
    yield from rules.outliers_of.items()


def _pieces(segments: Sequence[Segment], coefficient: Decimal) -> Iterator[Piece]:
    for segment in segments:
        is_open = segment.upper is None
        end = segment.lower + OPEN_END if segment.upper is None else segment.upper.value
        yield Piece(
            segment=segment.name,
            label=segment.label,
            from_ratio=segment.lower,
            to_ratio=end,
            is_open=is_open,
            from_multiple=segment.multiple(Fraction(segment.lower), coefficient),
            to_multiple=segment.multiple(Fraction(end), coefficient),
            flag=segment.flag,
        )


def level_coefficients(rows: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The largest coefficient of each level, levels in order: where it is largest, a jump is dearest."""
    found: dict[str, Decimal] = {}
    for level, coefficient in rows:
        found[level] = max(coefficient, found.get(level, coefficient))
    return dict(sorted(found.items()))
