"""Points to money: the conventions of the point value, each one row of CONVENTIONS, and what becomes of a residual.

With `pay_with` exact, what is divided is split exactly to the fen; fund_only and fund_plus_patient therefore leave
nothing over. The others pay each hospital its own rounded amount, and the difference to the pool is the residual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import (
    MONEY_PLACES,
    from_units,
    over_one_denominator,
    ratio_total,
    round_half_up,
    to_units,
    total,
)
from drgcalc.settlement.elastic import point_classes
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals

PAID, NO_POINTS, NO_RATIO = "paid", "no_points", "no_ratio"


@dataclass(frozen=True)
class PoolSums:
    """The sums a point value is made of: the pool's money and its hospitals' totals."""

    fund: Decimal
    points: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


class ClassValue(NamedTuple):
    """The value of one class of points: exact money a point, and the one that was used, rounded when printed.

    share: its part of the divided money. points: by hospital; together above zero.
    """

    name: str
    share: Fraction
    points: Mapping[str, Decimal]
    value: Fraction
    paid_value: Fraction


class Convention(NamedTuple):
    """How a point value comes about and what it pays.

    divided: the money the points divide; entitled: what the fund owes a hospital for the worth of its points.
    needs_ratio: whether a fund ratio (基金支付比例) is part of it. conserves: whether payments sum to the pool.
    reads_amounts: whether the cost and payments of cases matter to it, beside their points.
    """

    divided: Callable[[PoolSums], Fraction]
    entitled: Callable[[Fraction, HospitalTotals], Fraction]
    words: Callable[[HospitalTotals], str]
    needs_ratio: bool
    conserves: bool
    reads_amounts: bool = True


@dataclass(frozen=True)
class Distribution:
    """What one pool pays for points. `payments` + `residual` = fund; `rescaled` are additions that use the residual up.

    classes: what points are worth, one class unless values are elastic. status: paid, or why not.
    without_ratio: hospitals that have points but no cost, when the convention needs their fund ratio.
    """

    status: str
    classes: tuple[ClassValue, ...]
    payments: Mapping[str, Decimal]
    residual: Decimal
    rescaled: Mapping[str, Decimal]
    closing: str
    without_ratio: tuple[str, ...]

    @property
    def value(self) -> Fraction:
        """Exact money a point; of points within the base when values are elastic; 0 when nobody is paid."""
        return self.classes[0].value if self.classes else Fraction(0)

    @property
    def increment(self) -> ClassValue | None:
        """The class beyond the base, when there are two."""
        return self.classes[1] if len(self.classes) > 1 else None

    def payable(self) -> dict[str, Decimal]:
        """What each hospital is owed in the end."""
        return {hospital: total((paid, self.rescaled.get(hospital, ZERO))) for hospital, paid in self.payments.items()}


def _own_ratio(hospital: HospitalTotals) -> Fraction:
    if not hospital.total_fee:
        return Fraction(0)
    return Fraction(hospital.fund_booked) / Fraction(hospital.total_fee)


CONVENTIONS = {
    "fund_only": Convention(
        divided=lambda sums: Fraction(sums.fund),
        entitled=lambda worth, _: worth,
        words=lambda _: "",
        needs_ratio=False,
        conserves=True,
        reads_amounts=False,
    ),
    "fund_plus_patient": Convention(
        divided=lambda sums: Fraction(sums.fund) + Fraction(sums.patient_paid),
        entitled=lambda worth, hospital: worth - Fraction(hospital.patient_paid),
        words=lambda hospital: f" − patients' payments {hospital.patient_paid}",
        needs_ratio=False,
        conserves=True,
    ),
    "total_cost": Convention(
        divided=lambda sums: Fraction(sums.fund) * Fraction(sums.total_fee) / Fraction(sums.fund_booked),
        entitled=lambda worth, hospital: worth * _own_ratio(hospital),
        words=lambda hospital: f" × own fund ratio {hospital.fund_booked} ÷ {hospital.total_fee}",
        needs_ratio=True,
        conserves=False,
    ),
}


def distribute(pool: str, fund: Decimal, hospitals: Sequence[HospitalTotals], rule: PointValueRule) -> Distribution:
    """What each hospital of one pool is paid for its points, to the fen. No points, or no fund ratio: nobody is paid.

    `hospitals` are the totals of this pool, one a hospital; negative points (refunds) are paid back.
    """
    sums = PoolSums(
        fund=fund,
        points=total(row.points for row in hospitals),
        total_fee=total(row.total_fee for row in hospitals),
        fund_booked=total(row.fund_booked for row in hospitals),
        patient_paid=total(row.patient_paid for row in hospitals),
    )
    convention = convention_of(rule)
    if sums.points <= 0:
        return _nothing_paid(NO_POINTS, fund, hospitals)
    if convention.needs_ratio and (sums.total_fee <= 0 or sums.fund_booked <= 0):
        return _nothing_paid(NO_RATIO, fund, hospitals)
    classes = class_values(pool, convention, sums, hospitals, rule)
    exactly_split = convention.conserves and rule.pay_with.value != "printed" and pool not in rule.rates
    entitled = {row.hospital_id: convention.entitled(_worth(classes, row.hospital_id), row) for row in hospitals}
    payments = _split(hospitals, convention, sums, classes) if exactly_split else _round_each(entitled)
    return _close(fund, classes, payments, entitled, rule, _without_ratio(convention, hospitals))


def class_values(
    pool: str, convention: Convention, sums: PoolSums, hospitals: Sequence[HospitalTotals], rule: PointValueRule
) -> tuple[ClassValue, ...]:
    """The value of every class of points: its share of the divided money by its points, or the fixed rate.

    The sums are those of `hospitals`, with points above zero, and cost and booked amount where the convention divides
    by them.
    """
    rate = rule.rates.get(pool)
    elastic = None if rate else rule.elastic
    found = []
    for name, share, points in point_classes(elastic, hospitals):
        whole = Fraction(total(points.values()))
        value = Fraction(rate.value) if rate else convention.divided(sums) * share / whole
        paid = Fraction(printed_value(value, rule)) if rule.pay_with.value == "printed" else value
        found.append(ClassValue(name, share, points, value, paid))
    return tuple(found)


def _worth(classes: Sequence[ClassValue], hospital: str) -> Fraction:
    return sum((one.paid_value * Fraction(one.points[hospital]) for one in classes), Fraction(0))


def convention_of(rule: PointValueRule) -> Convention:
    """The convention that decides what is paid; at a fixed rate, the one that fixed_rate_pays names."""
    return CONVENTIONS[(rule.fixed_rate_pays or rule.convention).value]


def printed_value(value: Fraction, rule: PointValueRule) -> Decimal:
    """The point value as it is published."""
    return round_half_up(value, int(rule.printed_places.value))


def rounding(rule: PointValueRule, hospitals: Sequence[HospitalTotals]) -> Fraction:
    """The most that rounding can leave over: half a fen a hospital, and half the last printed decimal a point."""
    amounts = len(hospitals) * Fraction(1, 10**MONEY_PLACES) / 2
    if rule.pay_with.value != "printed":
        return amounts
    points = sum((abs(Fraction(row.points)) for row in hospitals), Fraction(0))
    return amounts + points * Fraction(1, 10 ** int(rule.printed_places.value)) / 2


def _nothing_paid(status: str, fund: Decimal, hospitals: Sequence[HospitalTotals]) -> Distribution:
    nothing = {row.hospital_id: ZERO for row in hospitals}
    return Distribution(status, (), nothing, fund, {}, "leave_in_fund", ())


def _without_ratio(convention: Convention, hospitals: Sequence[HospitalTotals]) -> tuple[str, ...]:
    if not convention.needs_ratio:
        return ()
    return tuple(row.hospital_id for row in hospitals if row.points and not row.total_fee)


def _round_each(entitled: Mapping[str, Fraction]) -> dict[str, Decimal]:
    return {hospital: round_half_up(amount, MONEY_PLACES) for hospital, amount in entitled.items()}


def _part(classes: Sequence[ClassValue], hospital: str) -> Fraction:
    """A hospital's part of the divided money; all parts sum to 1."""
    parts = (one.share * Fraction(one.points[hospital]) / Fraction(total(one.points.values())) for one in classes)
    return sum(parts, Fraction(0))


def _split(
    hospitals: Sequence[HospitalTotals], convention: Convention, sums: PoolSums, classes: Sequence[ClassValue]
) -> dict[str, Decimal]:
    """The divided money split to the fen by parts, then what each hospital has had taken off: the sum is the fund."""
    divided = round_half_up(convention.divided(sums), MONEY_PLACES)
    parts = allocate_signed(divided, {row.hospital_id: _part(classes, row.hospital_id) for row in hospitals})
    return {
        row.hospital_id: round_half_up(convention.entitled(Fraction(parts[row.hospital_id]), row), MONEY_PLACES)
        for row in hospitals
    }


def allocate_signed(amount: Decimal, weights: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Split `amount` by weights of which some may be negative, while their sum is above zero; the parts sum to it.

    Largest remainder, as `allocate`: every share, those that are paid back too, is cut down to the fen, and the fen
    left over go one each to the largest remainders. No part is a fen or more from its exact share.
    """
    if amount < 0:
        return {key: less(ZERO, part) for key, part in allocate_signed(less(ZERO, amount), weights).items()}
    units = to_units(amount, MONEY_PLACES)
    shares, _ = over_one_denominator(weights.values())
    whole = sum(shares)
    parts = {key: divmod(units * share, whole) for key, share in zip(weights, shares, strict=True)}
    left_over = units - sum(part for part, _ in parts.values())
    favoured = set(sorted(parts, key=lambda key: (-parts[key][1], key))[:left_over])
    return {key: from_units(part + (key in favoured), MONEY_PLACES) for key, (part, _) in parts.items()}


def _close(
    fund: Decimal,
    classes: tuple[ClassValue, ...],
    payments: Mapping[str, Decimal],
    entitled: Mapping[str, Fraction],
    rule: PointValueRule,
    without_ratio: tuple[str, ...],
) -> Distribution:
    residual = less(fund, *payments.values())
    closing = rule.closing.value if rule.closing else "leave_in_fund"
    rescaled: dict[str, Decimal] = {}
    if closing == "rescale":
        if ratio_total(entitled.values()) > 0:
            whole = allocate_signed(fund, entitled)
            rescaled = {hospital: less(whole[hospital], paid) for hospital, paid in payments.items()}
        else:
            closing = "leave_in_fund"
    return Distribution(PAID, classes, payments, residual, rescaled, closing, without_ratio)
