"""Scores of an example's groups from the clinical patterns, for a region that has no history to calibrate from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.columns import SCORES
from drgcalc.base.money import divide
from drgcalc.grouping.scheme import DrgRow, Scheme
from generator.plan import Pattern, PatternScores, Plan, World


class Mean(NamedTuple):
    """A group's mean cost in yuan and where it comes from."""

    fee: Decimal
    source: str


def write_scores(region: Path, plan: Plan, world: World, rule: PatternScores, scheme: Scheme) -> None:
    """The scores of a region without history: score and mean cost of every group of the scheme."""
    price = Fraction(str(plan.years[plan.scores_from.year].price))
    patterns = _pattern_means(world, price)
    means = {row.code: _mean(row, patterns, scheme, rule) for row in scheme.drg}
    every = _weighted_mean(map(_weighted, world.patterns), price)
    path = region / "scores" / f"{plan.scores_from.year}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [name for name in SCORES.names() if name != "level"]
        writer.writerow(names)
        for code, mean in means.items():
            score = divide(Fraction(mean.fee) * rule.scale, Fraction(every), 4)
            writer.writerow([code, score, mean.fee, plan.scores_from, "", mean.source])


def _pattern_means(world: World, price: Fraction) -> dict[str, Decimal]:
    """Expected cost of the groups that patterns lead to, weighted by how often they occur."""
    weighted: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for pattern in world.patterns:
        weighted.setdefault(pattern.group_code, []).append(_weighted(pattern))
    return {code: _weighted_mean(parts, price) for code, parts in weighted.items()}


def _weighted(pattern: Pattern) -> tuple[Fraction, Fraction]:
    weight = Fraction(str(pattern.weight))
    return weight, weight * Fraction(str(pattern.mean_fee))


def _weighted_mean(parts: Iterable[tuple[Fraction, Fraction]], price: Fraction) -> Decimal:
    weights, fees = map(sum, zip(*parts, strict=True))
    return divide(Fraction(fees) * price, Fraction(weights), 2)


def _mean(row: DrgRow, patterns: Mapping[str, Decimal], scheme: Scheme, rule: PatternScores) -> Mean:
    """The group's patterns; else groups beside it, then those of its MDC, then all."""
    if row.code in patterns:
        return Mean(patterns[row.code], f"{rule.source}：病种画像均值")
    for name, beside in (
        ("同核心病组", [other.code for other in scheme.drg if other.adrg == row.adrg]),
        ("同大类", [other.code for other in scheme.drg if other.mdc == row.mdc]),
        ("全部病组", [other.code for other in scheme.drg]),
    ):
        if known := [patterns[code] for code in beside if code in patterns]:
            return Mean(_middle(known), f"{rule.source}：{name}中位均值（无病例）")
    raise ValueError(f"no pattern leads to any group of scheme {scheme.id}")


def _middle(fees: Sequence[Decimal]) -> Decimal:
    return sorted(fees)[len(fees) // 2]
