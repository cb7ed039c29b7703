"""Which combinations of codes become core groups of their own: the two rules of the DIP 3.0 norm."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby


def rise(mean: Fraction, base_mean: Fraction) -> Fraction:
    """By what share of `base_mean` a mean is above it; below it is negative. `base_mean` is above zero."""
    return (mean - base_mean) / base_mean


def makes_own_group(mean: Fraction, base_mean: Fraction, least_rise: Fraction) -> bool:
    """Whether a related procedure makes its own group: the mean cost rises by at least that share (10 %)."""
    return base_mean > 0 and rise(mean, base_mean) >= least_rise


def threshold_covering(cases: Iterable[int], share: Fraction) -> int:
    """The highest number of stays a core group may be asked for so that core groups hold `share` of all stays.

    `cases`: stays of every combination. At least 1; with no stays at all, 1.
    """
    counts = sorted(cases, reverse=True)
    needed, covered = share * sum(counts), 0
    for count, equal in groupby(counts):
        covered += count * len(list(equal))
        if covered >= needed:
            return max(count, 1)
    return 1


def merged_cases(cases: Iterable[int], threshold: int) -> int:
    """Stays of combinations below the threshold: together they are what falls to a comprehensive group."""
    return sum(count for count in cases if count < threshold)
