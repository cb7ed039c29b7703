"""What each hospital is entitled to, exactly: the conventions written a second time, to prove what is paid.

This module shares nothing with `point_value` but totals and policy, so that a fault in one is seen by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from drgcalc.base.money import ratio_total, total
from drgcalc.settlement.elastic import Elastic
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals


def entitlements(
    pool: str, fund: Decimal, hospitals: Sequence[HospitalTotals], rule: PointValueRule
) -> dict[str, Fraction]:
    """Yuan of each hospital of a pool before rounding, by convention and closing; nothing where nobody can be paid."""
    convention = (rule.fixed_rate_pays or rule.convention).value
    points = Fraction(total(row.points for row in hospitals))
    cost = Fraction(total(row.total_fee for row in hospitals))
    booked = Fraction(total(row.fund_booked for row in hospitals))
    patients = Fraction(total(row.patient_paid for row in hospitals))
    if points <= 0 or (convention == "total_cost" and min(cost, booked) <= 0):
        return {row.hospital_id: Fraction(0) for row in hospitals}
    if rule.convention.value == "fixed_rate":
        worths = _at(_printed(Fraction(rule.rates[pool].value), rule), hospitals)
    else:
        divided = Fraction(fund) / (booked / cost) if convention == "total_cost" else Fraction(fund)
        divided += patients if convention == "fund_plus_patient" else 0
        worths = _elastic(divided, hospitals, rule, rule.elastic)
    earned = {row.hospital_id: _earned(convention, worths[row.hospital_id], row) for row in hospitals}
    whole = ratio_total(earned.values())
    if rule.closing is not None and rule.closing.value == "rescale" and whole > 0:
        rescaled = Fraction(fund) / whole
        return {hospital: amount * rescaled for hospital, amount in earned.items()}
    return earned


def pays_everything(rule: PointValueRule, entitled: Iterable[Fraction]) -> bool:
    """Whether what hospitals are entitled to is the whole pool: conserved and paid exactly, or the rest rescaled."""
    exact = rule.convention.value in ("fund_only", "fund_plus_patient") and rule.pay_with.value == "exact"
    rescaled = rule.closing is not None and rule.closing.value == "rescale"
    return exact or (rescaled and ratio_total(entitled) > 0)


def _printed(value: Fraction, rule: PointValueRule) -> Fraction:
    """The value that is paid with: half up to the printed places, if that is the policy's choice."""
    if rule.pay_with.value != "printed":
        return value
    scale = 10 ** int(rule.printed_places.value)
    return Fraction(int(abs(value) * scale + Fraction(1, 2)), scale) * (1 if value >= 0 else -1)


def _at(value: Fraction, hospitals: Sequence[HospitalTotals]) -> dict[str, Fraction]:
    return {row.hospital_id: Fraction(row.points) * value for row in hospitals}


def _elastic(
    divided: Fraction, hospitals: Sequence[HospitalTotals], rule: PointValueRule, elastic: Elastic | None
) -> dict[str, Fraction]:
    """The worth of points within and beyond the base; all of it at one value when one of the two has none."""
    points = Fraction(total(row.points for row in hospitals))
    more = {row.hospital_id: _beyond(row, elastic) for row in hospitals} if elastic else {}
    beyond = ratio_total(more.values())
    if elastic is None or not beyond or points <= beyond:
        return _at(_printed(divided / points, rule), hospitals)
    share = Fraction(elastic.base_share.value)
    within = _printed(divided * share / (points - beyond), rule)
    increment = _printed(divided * (1 - share) / beyond, rule)
    return {
        row.hospital_id: (Fraction(row.points) - more[row.hospital_id]) * within + more[row.hospital_id] * increment
        for row in hospitals
    }


def _beyond(row: HospitalTotals, elastic: Elastic) -> Fraction:
    """Points beyond the hospital's base."""
    if row.base_points is None and elastic.without_base.value == "base":
        return Fraction(0)
    return max(Fraction(row.points) - Fraction(row.base_points or 0), Fraction(0))


def _earned(convention: str, worth: Fraction, row: HospitalTotals) -> Fraction:
    if convention == "fund_plus_patient":
        return worth - Fraction(row.patient_paid)
    if convention == "total_cost":
        return worth * (Fraction(row.fund_booked) / Fraction(row.total_fee)) if row.total_fee else Fraction(0)
    return worth
