"""What a policy block says that is legal to write and yet worth a second look: cliffs, falls, gaps, double counting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import multiply, round_half_up
from drgcalc.settlement.findings import finding
from drgcalc.settlement.payment_curve import ALL_LAYERS, Curve, Example, Jump, curves, layers
from drgcalc.settlement.point_policy import APPLIED, BY_TABLE, PointRules
from drgcalc.settlement.point_tables import Coefficient
from drgcalc.settlement.policy import Policy

_DOUBLED = {"": Decimal(2)}
"""A coefficient that finds segments of which only one is multiplied by it, where no level has any."""


class Checked(NamedTuple):
    """What the check of a policy looks at beside the block itself.

    coefficients: the largest of each level. rows: scores/coefficients/*.csv. example: None is that of the block itself.
    """

    coefficients: Mapping[str, Decimal] = {}
    rows: Sequence[Coefficient] = ()
    example: Example | None = None


NOTHING_ELSE = Checked()


def policy_findings(policy: Policy, where: str = "region.toml", checked: Checked = NOTHING_ELSE) -> tuple[Finding, ...]:
    """Cliffs, falling segments, gaps, a level that counts twice, a quota of the wrong base; yuan where they are known.

    A bound is a cliff when the points just below and just above it differ, at a coefficient of 1, or at one of those
    in use: this finds segments of which only one is multiplied by it.
    """
    rules = policy.points
    example = checked.example or own_example(rules)
    found = (
        *_cliffs(rules, checked.coefficients, example),
        *_cliffs_in_days(rules, example),
        *_falls(rules, example),
        *_gaps(rules, example),
        *_double_levels(rules, checked, example),
        *_quotas(rules),
    )
    return tuple(one._replace(file=where) for one in found)


def own_example(rules: PointRules) -> Example | None:
    """A case at the mean cost and points that the block itself names, at the value that pays it its cost."""
    rule = rules.without_group
    if rule.mean_fee is None or rule.points_at_mean is None or not rule.points_at_mean.value:
        return None
    mean, points = rule.mean_fee.value, rule.points_at_mean.value
    value = round_half_up(Fraction(mean) / Fraction(points), 8)
    return Example(points, mean, value, "mean cost and points of policy.points.without_group")


def _cliffs(rules: PointRules, used: Mapping[str, Decimal], example: Example | None) -> Iterator[Finding]:
    """One finding a bound: at a coefficient of 1 if it is a cliff there, else at the first that makes it one."""
    looked_at = (*curves(rules, {}), *curves(rules, used or _DOUBLED))
    seen = set()
    for curve in looked_at:
        for jump in curve.jumps():
            if (curve.layer, jump.at_ratio) in seen:
                continue
            seen.add((curve.layer, jump.at_ratio))
            yield _cliff(curve, jump, example)


def _cliff(curve: Curve, jump: Jump, example: Example | None) -> Finding:
    layer = "" if curve.layer == ALL_LAYERS else f"{curve.layer} groups: "
    message = (
        f"{layer}points go from {_shown(jump.below)} to {_shown(jump.above)} times the base at a cost of "
        f"{jump.at_ratio} times the reference (coefficient {curve.coefficient:f})"
        f"{_yuan(jump.above - jump.below, example)}"
    )
    return finding("S015", message, field=f"points.outliers.{jump.segment}", value=str(jump.at_ratio))


def _cliffs_in_days(rules: PointRules, example: Example | None) -> Iterator[Finding]:
    """Bounds in days at which points appear, disappear or are cut."""
    cases, whole = rules.cases, Fraction(1)
    if cases.short_stay:
        days = cases.short_stay.value
        message = f"a stay of {days} days has no points, one of {days + 1} has all{_yuan(whole, example)}"
        yield finding("S042", message, field="points.short_stay", value=str(days))
    if cases.long_stay:
        days = cases.long_stay.value
        message = f"a stay of {days - 1} days has all its points, one of {days} none{_yuan(-whole, example)}"
        yield finding("S042", message, field="points.long_stay", value=str(days))
    if cases.readmission:
        rule = cases.readmission
        lost = 1 - Fraction(rule.kept.value)
        message = (
            f"a stay keeps {rule.kept.value} of its points when the next begins {rule.last_day} days after it, "
            f"all of them a day later{_yuan(lost, example)}"
        )
        yield finding("S042", message, field="points.readmission", value=str(rule.last_day))


def _falls(rules: PointRules, example: Example | None) -> Iterator[Finding]:
    for segment in rules.segments():
        if segment.slope.value < 0:
            fall = multiply(segment.slope.value, Decimal(-1))
            message = (
                f"points fall by {fall} times the base for each reference cost more{_yuan(Fraction(fall), example)}"
            )
            field = f"points.outliers.{segment.name}"
            yield finding("S016", message, field=field, value=str(segment.slope.value))


def _gaps(rules: PointRules, example: Example | None) -> Iterator[Finding]:
    """Stretches of cost that earn nothing at all."""
    for _, segments in layers(rules):
        for segment in segments:
            if not segment.start.value and not segment.slope.value:
                upper = f"{segment.upper.value} times" if segment.upper else "no bound"
                message = (
                    f"cases costing from {segment.lower} times the reference to {upper} have no points at all"
                    f"{_yuan(Fraction(1), example)}, if they had the base points"
                )
                yield finding("S041", message, field=f"points.outliers.{segment.name}", value=segment.name)


def _double_levels(rules: PointRules, checked: Checked, example: Example | None) -> Iterator[Finding]:
    """The level of a hospital in the score and in the coefficient."""
    by_level = rules.score_by.value == "group_and_level"
    kind = rules.hospital_coefficient.value
    levelled = kind == BY_TABLE and any(row.level is not None or row.hospital_id is not None for row in checked.rows)
    if not by_level or not (levelled or kind == APPLIED):
        return
    dearest = max(checked.coefficients.values(), default=Decimal(1))
    gained = Fraction(dearest) - 1
    message = (
        "the level of a hospital counts in its scores (score_by = group_and_level) and again in its coefficient"
        f"{f', {dearest} at most' if gained else ''}{_yuan(gained, example) if gained else ''}"
    )
    yield finding("S040", message, field="points.hospital_coefficient", value=kind)


def _quotas(rules: PointRules) -> Iterator[Finding]:
    special = rules.cases.special_review
    if special and special.base.value != "pool":
        message = (
            f"the quota of special review, {special.quota.value}, is written as one of a {special.base.value}'s "
            "discharges; it is the pool's, and the settlement takes it of the pool"
        )
        yield finding("S043", message, field="points.special_review.base", value=special.base.value)


def _yuan(jump: Fraction, example: Example | None) -> str:
    if example is None:
        return ""
    return f": {abs(example.yuan(jump)):,} yuan for a group whose cases cost {example.reference_fee:,}"


def _shown(multiple: Fraction) -> Decimal:
    return round_half_up(multiple, 4)
