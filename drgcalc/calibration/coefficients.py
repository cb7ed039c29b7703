"""Coefficients from history: what stays cost at a hospital or level, over what they cost at the mean of their groups.

The case mix is taken out: expected cost is the mean of each stay's own group in the same year. Before bounds, the
coefficients of all keys, weighted by expected cost, have the mean 1: they move points and make none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import round_half_up
from drgcalc.calibration.history import YearSum, history_mean
from drgcalc.calibration.terms import CoefficientRule, HistoryRule

PLACES = 6
EXPECTED_SCALE = 10_000


class Parts(NamedTuple):
    """Which parts of a key a kind of coefficient has."""

    hospital: bool
    level: bool
    group: bool


KINDS = {
    "level": Parts(hospital=False, level=True, group=False),
    "hospital": Parts(hospital=True, level=False, group=False),
    "group_and_level": Parts(hospital=False, level=True, group=True),
    "hospital_and_group": Parts(hospital=True, level=False, group=True),
}
PEERS = {"hospital": "level", "group_and_level": "level", "hospital_and_group": "hospital"}
"""Whose coefficient stands in for one with too few stays."""


class Key(NamedTuple):
    """Whom a coefficient is for; "" is any."""

    hospital_id: str
    level: str
    group_code: str
    pool: str


class CoefficientSum(NamedTuple):
    """One key in one year: stays, their cost (fen) and what is expected (10^-4 fen)."""

    hospital_id: str
    level: str
    group_code: str
    pool: str
    year: int
    cases: int
    actual: int
    expected: int


class Measured(NamedTuple):
    """Stays of a key, and actual ÷ expected over the years; None when nothing is expected."""

    cases: int
    ratio: Fraction | None


class Coefficient(NamedTuple):
    """A coefficient to publish. `how`: history, lower or upper bound, peers, or one."""

    key: Key
    coefficient: Decimal
    measured: Decimal | None
    cases: int
    how: str


def measure(sums: Iterable[CoefficientSum], years: Sequence[int], rule: HistoryRule) -> dict[Key, Measured]:
    """The ratio of every key, years weighted as for scores."""
    by_key: dict[Key, dict[int, YearSum]] = {}
    cases: dict[Key, int] = {}
    for row in sums:
        key = Key(row.hospital_id, row.level, row.group_code, row.pool)
        by_key.setdefault(key, {})[row.year] = YearSum(row.actual * EXPECTED_SCALE, row.expected)
        cases[key] = cases.get(key, 0) + row.cases
    means = {key: history_mean(found, years, rule.weights, rule.mean) for key, found in by_key.items()}
    return {key: Measured(cases[key], mean.value if mean else None) for key, mean in sorted(means.items())}


def coefficients(
    own: Mapping[Key, Measured], peers: Mapping[Key, Measured], levels: Mapping[str, str], rule: CoefficientRule
) -> tuple[Coefficient, ...]:
    """The coefficients of a kind, by key: bounded, and with `rule.otherwise` where stays are too few.

    `peers`: measured for PEERS of the kind, empty for levels. `levels`: level of each hospital when the coefficients
    take effect. A key that lacks a part it should have (a hospital without level) is left out: "" would mean any.
    """
    parts = KINDS[rule.by]
    return tuple(
        _coefficient(key, found, _peer(key, peers, levels, rule.by), rule)
        for key, found in sorted(own.items())
        if not (parts.level and not key.level)
    )


def _coefficient(key: Key, own: Measured, peer: Measured | None, rule: CoefficientRule) -> Coefficient:
    measured = None if own.ratio is None else round_half_up(own.ratio, PLACES)
    if own.ratio is not None and own.cases >= rule.least_cases:
        return _bounded(key, own.ratio, measured, own.cases, "history", rule)
    if rule.otherwise == "peers" and peer and peer.ratio is not None and peer.cases >= rule.least_cases:
        return _bounded(key, peer.ratio, measured, own.cases, "peers", rule)
    return Coefficient(key, round_half_up(Decimal(1), PLACES), measured, own.cases, "one")


def _bounded(
    key: Key, ratio: Fraction, measured: Decimal | None, cases: int, how: str, rule: CoefficientRule
) -> Coefficient:
    lower, upper = Fraction(rule.lower), Fraction(rule.upper)
    if ratio < lower:
        return Coefficient(key, round_half_up(lower, PLACES), measured, cases, "lower")
    if ratio > upper:
        return Coefficient(key, round_half_up(upper, PLACES), measured, cases, "upper")
    return Coefficient(key, round_half_up(ratio, PLACES), measured, cases, how)


def _peer(key: Key, peers: Mapping[Key, Measured], levels: Mapping[str, str], by: str) -> Measured | None:
    match PEERS.get(by):
        case "level":
            return peers.get(Key("", key.level or levels.get(key.hospital_id, ""), "", key.pool))
        case "hospital":
            return peers.get(Key(key.hospital_id, "", "", key.pool))
        case _:
            return None
