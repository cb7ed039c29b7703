"""What a policy block says that is legal to write and yet worth a second look: cliffs and falling segments."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

from drgcalc.base.errors import Finding
from drgcalc.base.money import multiply, round_half_up
from drgcalc.settlement.findings import finding
from drgcalc.settlement.point_policy import PointRules, Segment
from drgcalc.settlement.policy import Policy

_COEFFICIENTS = (Decimal(1), Decimal(2))


def policy_findings(policy: Policy, where: str = "region.toml") -> tuple[Finding, ...]:
    """Cliffs at the bounds of the outlier rule, with the yuan at the jump if a mean cost is stated, and falls.

    A bound is a cliff when the points just below and just above it differ, at a coefficient of 1 or of 2: the second
    finds segments of which only one is multiplied by the coefficient.
    """
    rules = policy.points
    cliffs = [_cliff(rules, below, above, where) for below, above in itertools.pairwise(rules.outliers)]
    return (*(cliff for cliff in cliffs if cliff), *_falls(rules, where))


def _cliff(rules: PointRules, below: Segment, above: Segment, where: str) -> Finding | None:
    for coefficient in _COEFFICIENTS:
        before, after = _jump(below, above, coefficient)
        if before != after:
            message = (
                f"points go from {_shown(before)} to {_shown(after)} times the base at a cost of {above.lower} "
                f"times the reference (coefficient {coefficient}){_yuan(rules, after - before)}"
            )
            field = f"points.outliers.{above.name}"
            return finding("S015", message, field=field, value=str(above.lower), file=where)
    return None


def _jump(below: Segment, above: Segment, coefficient: Decimal) -> tuple[Fraction, Fraction]:
    bound = Fraction(above.lower)
    return below.multiple(bound, coefficient), above.multiple(bound, coefficient)


def _yuan(rules: PointRules, jump: Fraction) -> str:
    mean = rules.without_group.mean_fee
    if mean is None:
        return ""
    yuan = round_half_up(abs(jump) * Fraction(mean.value), 2)
    return f": {yuan:,} yuan for a group whose cases cost {mean.value:,}"


def _falls(rules: PointRules, where: str) -> list[Finding]:
    return [
        finding(
            "S016",
            f"points fall by {multiply(segment.slope.value, Decimal(-1))} times the base for each reference cost more",
            field=f"points.outliers.{segment.name}",
            value=str(segment.slope.value),
            file=where,
        )
        for segment in rules.outliers
        if segment.slope.value < 0
    ]


def _shown(multiple: Fraction) -> Decimal:
    return round_half_up(multiple, 4)
