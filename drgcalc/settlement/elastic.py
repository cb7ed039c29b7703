"""Elastic point values (弹性点值): points within a hospital's base and points beyond it, each with a value.

The divided money is split between the two classes by the policy's share; a class without points leaves its share to the
other, so that the pool is conserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import POINTS_PLACES, round_half_up, total
from drgcalc.settlement.ledger import less
from drgcalc.settlement.pay_policy import MonthRule
from drgcalc.settlement.point_tables import BasePoints
from drgcalc.settlement.policy_reading import Choice, Number, Table
from drgcalc.settlement.rows import HospitalTotals

BASE, INCREMENT = "base", "increment"
ALL_POINTS = "points"
POINTS_OF = {ALL_POINTS: "points", BASE: "points within the base", INCREMENT: "points beyond it"}
"""The classes in words."""
NO_POINTS = Decimal("0.0000")


class Elastic(NamedTuple):
    """The share of the money that points within the base divide; the rest goes to those beyond it.

    without_base: what all points of a hospital are that scores/elastic/*.csv do not name: base or increment.
    """

    base_share: Number
    without_base: Choice


class PointClass(NamedTuple):
    """Points that share a value: their part of the divided money, and each hospital's."""

    name: str
    share: Fraction
    points: Mapping[str, Decimal]


def read_elastic(table: Table) -> Elastic:
    """The table [policy.point_value.elastic]. Raises RulesError naming the key."""
    rule = Elastic(table.number("base_share", "ratio"), table.choice("without_base", (BASE, INCREMENT)))
    table.finish()
    return rule


def point_classes(rule: Elastic | None, hospitals: Sequence[HospitalTotals]) -> tuple[PointClass, ...]:
    """The classes of a pool's points, none without points above zero; together they are all of its points."""
    everything = {row.hospital_id: row.points for row in hospitals}
    if rule is None:
        return (PointClass(ALL_POINTS, Fraction(1), everything),)
    within = {row.hospital_id: within_base(rule, row) for row in hospitals}
    beyond = {hospital: less(points, within[hospital]) for hospital, points in everything.items()}
    share = Fraction(rule.base_share.value)
    if not any(points > 0 for points in beyond.values()):
        return (PointClass(BASE, Fraction(1), everything),)
    if total([NO_POINTS, *within.values()]) <= 0:
        return (PointClass(INCREMENT, Fraction(1), everything),)
    return (PointClass(BASE, share, within), PointClass(INCREMENT, 1 - share, beyond))


def within_base(rule: Elastic | None, row: HospitalTotals) -> Decimal:
    """A hospital's points within its base; all of them where values are not elastic. Points below zero take from it."""
    if rule is None:
        return row.points
    if row.base_points is None:
        return row.points if rule.without_base.value == BASE else min(row.points, NO_POINTS)
    return min(row.points, row.base_points)


def with_base_points(
    totals: Iterable[HospitalTotals], rows: Sequence[BasePoints], year: int, share: Fraction
) -> tuple[HospitalTotals, ...]:
    """Totals with the bases of a year, or of the `share` of it that a month is. Raises RulesError without any base."""
    bases = {(row.pool, row.hospital_id): row.points for row in rows if row.year == year}
    if not bases:
        raise RulesError(
            f"the policy has elastic point values, and scores/elastic/*.csv have no row of {year}",
            hint="add the hospitals' base points of the year, or take point_value.elastic away",
        )

    def base(row: HospitalTotals) -> Decimal | None:
        points = bases.get((row.pool, row.hospital_id))
        return None if points is None else round_half_up(Fraction(points) * share, POINTS_PLACES)

    return tuple(row._replace(base_points=base(row)) for row in totals)


def month_share(month: MonthRule, number: int) -> Fraction:
    """The part of a year's base that is the base of its month `number`: as the year's pool is shared."""
    return Fraction(month.shares[number - 1]) / sum(map(Fraction, month.shares))
