"""The opening point value of a year: Σ w·cost ÷ Σ w·points over the years of the history, by pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import round_half_up
from drgcalc.calibration.history import YearSum, history_mean
from drgcalc.calibration.terms import HistoryRule

PLACES = 8
FEN = 100
POINT_UNITS = 10**10


class PoolYear(NamedTuple):
    """One pool in one year: stays of groups with a score, their cost (fen) and points (10^-10); stays without one."""

    pool: str
    year: int
    stays: int
    cost: int
    points: int
    without_score: int


class OpeningValue(NamedTuple):
    """The opening value of a pool, yuan a point; stays it rests on, and years without any."""

    pool: str
    value: Decimal
    stays: int
    without_score: int
    missing: tuple[int, ...]


def opening_values(rows: Iterable[PoolYear], years: Sequence[int], rule: HistoryRule) -> tuple[OpeningValue, ...]:
    """The opening value of every pool, by name. The years' sums are pooled whatever `rule.mean` says for scores.

    Raises RulesError when no stay of a pool has points.
    """
    by_pool: dict[str, list[PoolYear]] = {}
    for row in rows:
        by_pool.setdefault(row.pool, []).append(row)
    return tuple(_opening(pool, found, years, rule) for pool, found in sorted(by_pool.items()))


def _opening(pool: str, rows: Sequence[PoolYear], years: Sequence[int], rule: HistoryRule) -> OpeningValue:
    sums = {row.year: YearSum(Fraction(row.cost, FEN), Fraction(row.points, POINT_UNITS)) for row in rows}
    mean = history_mean(sums, years, rule.weights, "pooled")
    if mean is None:
        raise RulesError(
            f"pool {pool}: no stay of these years is in a group with a score",
            hint="calibrate the scores first and put them into scores/",
        )
    return OpeningValue(
        pool=pool,
        value=round_half_up(mean.value, PLACES),
        stays=sum(row.stays for row in rows),
        without_score=sum(row.without_score for row in rows),
        missing=mean.missing,
    )
