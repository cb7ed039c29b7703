"""A DIP directory from counts of code combinations: what becomes a core group, and why.

A combination is principal subcategory × main procedure ("" none that counts) × related procedures. Core groups need
`threshold` stays. A related procedure makes a group of its own beside main procedure and principal diagnosis when it
raises the mean by `related_rise`; a stay with several goes where the mean is highest. All other stays fall to
comprehensive groups: three-character category × kind of treatment. DIP 3.0 norm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from drgcalc.calibration.core_groups import makes_own_group, rise, threshold_covering
from drgcalc.calibration.dispersion import Moments, cv_falls, together
from drgcalc.calibration.terms import CatalogueRule

SEPARATOR = ":"
FEN = 100


class Combination(NamedTuple):
    """Principal × main procedure: all its stays, and those of them without any related procedure; fen."""

    principal: str
    main: str
    cases: int
    fee: int
    bare_cases: int
    bare_fee: int


class Related(NamedTuple):
    """The stays of a combination that have one related procedure; fen."""

    principal: str
    main: str
    related: str
    cases: int
    fee: int


class OwnGroup(NamedTuple):
    """A related procedure that makes its own group: its mean, the mean it is compared with, and by what it is above."""

    principal: str
    main: str
    related: str
    mean: Fraction
    base_mean: Fraction
    rise: Fraction


class PartMoments(NamedTuple):
    """One part of one auxiliary dimension of one group; "" is stays that no part takes."""

    group_code: str
    dimension: str
    part: str
    moments: Moments


class Split(NamedTuple):
    """A part of a dimension that a group keeps. inside: spread in its parts; factor: mean ÷ the group's."""

    group_code: str
    dimension: str
    part: str
    moments: Moments
    whole: Moments
    inside: Fraction
    factor: Fraction


def core_code(principal: str, main: str, related: str) -> str:
    """The code of a core group, that says what it is: K35.8:47.0100:54.5100."""
    return SEPARATOR.join(part for part in (principal, main, related) if part)


def comprehensive_code(category: str, kind: str) -> str:
    """The code of a comprehensive group: K35:surgical."""
    return SEPARATOR.join((category, kind))


def threshold_of(combinations: Iterable[Combination], rule: CatalogueRule) -> int:
    """The stays that a core group needs: the rule's, or the most that leaves its share of stays in core groups."""
    if rule.threshold is not None:
        return rule.threshold
    return threshold_covering((row.cases for row in combinations), rule.coverage or Fraction(0))


def own_groups(
    combinations: Iterable[Combination], related: Iterable[Related], threshold: int, rule: CatalogueRule
) -> list[OwnGroup]:
    """Related procedures that make their own groups, by principal, main procedure and falling mean.

    The mean is compared with that of the stays without any related procedure, or, when these are fewer than the
    threshold, with that of all other stays of the combination; without any there is nothing to compare with.
    """
    known = {(row.principal, row.main): row for row in combinations}
    found = []
    for row in related:
        base = _base_mean(known[row.principal, row.main], row, threshold)
        mean = Fraction(row.fee, row.cases)
        if row.cases >= threshold and base is not None and makes_own_group(mean, base, rule.related_rise):
            found.append(OwnGroup(row.principal, row.main, row.related, mean, base, rise(mean, base)))
    return sorted(found, key=lambda own: (own.principal, own.main, -own.mean, own.related))


def large_enough(owns: Sequence[OwnGroup], cases: Mapping[tuple[str, str, str], int], threshold: int) -> list[OwnGroup]:
    """Own groups that still have the threshold once stays with several went to the dearest of them."""
    return [own for own in owns if cases.get((own.principal, own.main, own.related), 0) >= threshold]


def kept_splits(parts: Iterable[PartMoments], rule: CatalogueRule) -> list[Split]:
    """Splits of groups by auxiliary dimensions that are kept, by group, dimension and part.

    A group is split when it has enough stays, every part of the dimension that occurs in it has enough, there are at
    least two, and the coefficient of variation falls by the share of the rule.
    """
    by_split: dict[tuple[str, str], list[PartMoments]] = {}
    for part in parts:
        by_split.setdefault((part.group_code, part.dimension), []).append(part)
    found: list[Split] = []
    for (code, dimension), own in sorted(by_split.items()):
        moments = [part.moments for part in own]
        whole = together(moments)
        enough = whole.cases >= rule.split_total and min(part.cases for part in moments) >= rule.split_part
        if len(own) < 2 or not enough or whole.cost <= 0 or not cv_falls(moments, rule.split_fall):
            continue
        inside = sum((part.spread for part in moments), Fraction(0))
        found += [
            Split(code, dimension, part.part, part.moments, whole, inside, _factor(part.moments, whole))
            for part in sorted(own)
            if part.part
        ]
    return found


def mean_fee(moments: Moments) -> Fraction:
    """Mean cost of a stay, yuan; there is at least one."""
    return Fraction(moments.cost, moments.cases * FEN)


def _base_mean(combination: Combination, row: Related, threshold: int) -> Fraction | None:
    if combination.bare_cases >= threshold:
        return Fraction(combination.bare_fee, combination.bare_cases)
    others = combination.cases - row.cases
    return Fraction(combination.fee - row.fee, others) if others else None


def _factor(part: Moments, whole: Moments) -> Fraction:
    return mean_fee(part) / mean_fee(whole)
