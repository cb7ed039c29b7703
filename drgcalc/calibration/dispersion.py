"""How far costs lie apart inside groups, from exact sums: coefficient of variation (CV), reduction in variance (RIV).

Everything is decided in whole numbers; only what is published is a decimal, rounded half up.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from drgcalc.base.money import divide, from_units

PLACES = 4
FINE = 10**6


class Moments(NamedTuple):
    """Number of stays, sum of their costs (fen), and sum of the squares of their costs (fen²)."""

    cases: int
    cost: int
    squares: int

    def __add__(self, other: object) -> Moments:
        """The moments of both together."""
        if not isinstance(other, Moments):
            return NotImplemented
        return Moments(self.cases + other.cases, self.cost + other.cost, self.squares + other.squares)

    @property
    def spread(self) -> Fraction:
        """Sum of the squared distances from the mean, fen²; 0 without stays."""
        return Fraction(self.cases * self.squares - self.cost**2, self.cases) if self.cases else Fraction(0)


NOTHING = Moments(0, 0, 0)


def together(parts: Iterable[Moments]) -> Moments:
    """The moments of all parts together."""
    whole = NOTHING
    for part in parts:
        whole += part
    return whole


def cv(group: Moments) -> Decimal | None:
    """Standard deviation of all stays of the group (divided by their number) ÷ mean; None when the mean is 0."""
    if group.cost <= 0:
        return None
    # √(n·Σx² − (Σx)²) ÷ Σx: the root is cut to whole 10^-4 / 2, which does not change what rounds half up.
    doubled = isqrt(4 * (group.cases * group.squares - group.cost**2) * 10 ** (2 * PLACES))
    return from_units((doubled + group.cost) // (2 * group.cost), PLACES)


def riv(groups: Iterable[Moments]) -> Decimal | None:
    """Share of the variance of all stays that the groups explain (RIV), 0 to 1; None when costs do not vary.

    The spread inside a group is cut to 10^-6 fen² before groups are summed, so that thousands of them add quickly.
    """
    parts = list(groups)
    whole = together(parts)
    if not whole.cases or not whole.spread:
        return None
    inside = sum(FINE * (part.cases * part.squares - part.cost**2) // part.cases for part in parts if part.cases)
    return divide(max(whole.spread - Fraction(inside, FINE), Fraction(0)), whole.spread, PLACES)


def cv_falls(parts: Iterable[Moments], least: Fraction) -> bool:
    """Whether splitting a group into `parts` lowers its coefficient of variation by at least the share `least`.

    The CV after the split is that of distances from each part's own mean over the group's mean. Both are squared, so
    that no root is taken: spread inside ÷ spread before ≤ (1 − least)².
    """
    split = [part for part in parts if part.cases]
    before = together(split).spread
    inside = sum((part.spread for part in split), Fraction(0))
    return before > 0 and inside <= (1 - least) ** 2 * before
