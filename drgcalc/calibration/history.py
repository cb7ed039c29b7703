"""Means over the years of a history, later years counting more (settlement rules: 1:2:7, oldest first)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

MEANS = ("mean_of_means", "pooled")


class YearSum(NamedTuple):
    """What one year contributes: `amount` over `base`, in whole units (fen over stays; actual over expected)."""

    amount: int | Fraction
    base: int | Fraction


class HistoryMean(NamedTuple):
    """A mean over the years that have anything, and the years that have nothing; their weights went to the others."""

    value: Fraction
    missing: tuple[int, ...]


def history_mean(
    sums: Mapping[int, YearSum], years: Sequence[int], weights: Sequence[Fraction], kind: str
) -> HistoryMean | None:
    """The weighted mean of `years`, oldest first as `weights`; None when no year has a base above zero.

    mean_of_means: Σ w·(amount ÷ base) ÷ Σ w. pooled: Σ w·amount ÷ Σ w·base. A year without a base is missing: the
    weights of the others are renormalised. Raises ValueError when weights and years differ in number.
    """
    present = {
        year: weight for year, weight in zip(years, weights, strict=True) if year in sums and sums[year].base > 0
    }
    missing = tuple(year for year in years if year not in present)
    if not sum(present.values()):
        return None
    if kind == "pooled":
        amount = sum(weight * Fraction(sums[year].amount) for year, weight in present.items())
        base = sum(weight * Fraction(sums[year].base) for year, weight in present.items())
        return HistoryMean(Fraction(amount) / base, missing)
    means = sum(weight * Fraction(sums[year].amount) / Fraction(sums[year].base) for year, weight in present.items())
    return HistoryMean(Fraction(means) / sum(present.values()), missing)
