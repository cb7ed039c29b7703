"""Case-mix, cost and time index of a hospital. DIP norm 3.0, the per-case form: the mean of the cases' own ratios."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import divide


class GroupSums(NamedTuple):
    """A hospital's cases in one group: weight and city means of the group, and the sums over the cases."""

    weight: Decimal
    mean_cost: Decimal
    mean_los: Decimal
    cases: int
    cost: Decimal
    los_days: int


def cmi(groups: Sequence[GroupSums], places: int) -> Decimal | None:
    """Case-mix index (CMI): mean weight of the cases; None without cases."""
    return _mean((Fraction(group.weight) * group.cases for group in groups), groups, places)


def cost_index(groups: Sequence[GroupSums], places: int) -> Decimal | None:
    """Cost index (费用消耗指数): mean over the cases of cost ÷ mean cost of the group; None without cases."""
    return _mean((Fraction(group.cost) / Fraction(group.mean_cost) for group in groups), groups, places)


def time_index(groups: Sequence[GroupSums], places: int) -> Decimal | None:
    """Time index (时间消耗指数): mean over the cases of days ÷ mean days of the group; None without cases."""
    return _mean((Fraction(group.los_days) / Fraction(group.mean_los) for group in groups), groups, places)


def _mean(sums: Iterable[Fraction], groups: Sequence[GroupSums], places: int) -> Decimal | None:
    cases = sum(group.cases for group in groups)
    if not cases:
        return None
    return divide(sum(sums, Fraction(0)), Decimal(cases), places)
