"""A DIP directory from counts of code combinations: what becomes a core group, and why.

A combination is principal subcategory × main procedure ("" none that counts) × related procedures. Core groups need
`threshold` stays. A related procedure makes a group of its own beside main procedure and principal diagnosis when it
raises the mean by `related_rise`; so do several together when they raise the mean of the group that the stays would
otherwise be in. A stay goes where most of its related procedures count, then where the mean is highest. All other stays
fall to comprehensive groups: three-character category × kind of treatment. DIP 3.0 norm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from drgcalc.calibration.core_groups import makes_own_group, rise, threshold_covering
from drgcalc.calibration.dispersion import Moments, cv_falls, together
from drgcalc.calibration.terms import CatalogueRule

SEPARATOR = ":"
JOINT = "+"
"""What related procedures that come together are joined by: all of them, in the expressions of a directory."""
FEN = 100

Key: TypeAlias = tuple[str, str, str]
"""Principal subcategory, main procedure and related procedures of a group."""


class Combination(NamedTuple):
    """Principal × main procedure: all its stays, and those of them without any related procedure; fen."""

    principal: str
    main: str
    cases: int
    fee: int
    bare_cases: int
    bare_fee: int


class Related(NamedTuple):
    """The stays of a combination that have a related procedure, or all of several joined by JOINT; fen."""

    principal: str
    main: str
    related: str
    cases: int
    fee: int


class OwnGroup(NamedTuple):
    """Related procedures that make their own group: its mean, the mean it is compared with, and by what it is above.

    parent: related procedures of the group that it is compared with, "" when that is the combination itself.
    """

    principal: str
    main: str
    related: str
    mean: Fraction
    base_mean: Fraction
    rise: Fraction
    parent: str = ""


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
    combinations: Iterable[Combination],
    related: Iterable[Related],
    threshold: int,
    rule: CatalogueRule,
    dropped: frozenset[Key] = frozenset(),
) -> list[OwnGroup]:
    """Related procedures that make their own groups, in the order in which a stay is given to them: by principal, main
    procedure, falling number of related procedures and falling mean. `dropped` are known to make none.

    The mean is compared with that of the stays without any related procedure, or, when these are fewer than the
    threshold, with that of all other stays of the combination. Several procedures together are compared with the other
    stays of the own group that some of them make already. Without other stays there is nothing to compare with.
    """
    known = {(row.principal, row.main): row for row in combinations}
    tried = {(row.principal, row.main, row.related): row for row in related if row.cases >= threshold}
    made: dict[tuple[str, str], list[OwnGroup]] = {}
    for key in sorted(tried.keys() - dropped, key=lambda one: (one[2].count(JOINT), one)):
        row, beside = tried[key], made.setdefault(key[:2], [])
        parent = min((own for own in beside if _is_part(own, row)), key=_turn, default=None)
        whole = tried[(*key[:2], parent.related)] if parent else known[key[:2]]
        base = _base_mean(whole, row, threshold)
        mean = Fraction(row.fee, row.cases)
        if base is not None and makes_own_group(mean, base, rule.related_rise):
            beside.append(OwnGroup(*key, mean, base, rise(mean, base), parent.related if parent else ""))
    return [own for combination in sorted(made) for own in sorted(made[combination], key=_turn)]


def too_small(owns: Sequence[OwnGroup], cases: Mapping[Key, int], threshold: int) -> frozenset[Key]:
    """Own groups below the threshold once every stay is in one group."""
    keys = ((own.principal, own.main, own.related) for own in owns)
    return frozenset(key for key in keys if cases.get(key, 0) < threshold)


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


def _is_part(own: OwnGroup, row: Related) -> bool:
    return set(own.related.split(JOINT)) < set(row.related.split(JOINT))


def _turn(own: OwnGroup) -> tuple[int, Fraction, str]:
    """The order in which the own groups of a combination are tried for a stay."""
    return -own.related.count(JOINT), -own.mean, own.related


def _base_mean(whole: Combination | Related, row: Related, threshold: int) -> Fraction | None:
    """The mean that related procedures are to raise, fen."""
    if isinstance(whole, Combination) and whole.bare_cases >= threshold:
        return Fraction(whole.bare_fee, whole.bare_cases)
    others = whole.cases - row.cases
    return Fraction(whole.fee - row.fee, others) if others else None


def _factor(part: Moments, whole: Moments) -> Fraction:
    return mean_fee(part) / mean_fee(whole)
