"""A hospital's own view: its amount from its own records and a published point value, and why the bureau's differs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.settlement.ledger import less
from drgcalc.settlement.point_value import convention_of
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import Allocation, HospitalTotals


class OwnAmount(NamedTuple):
    """What one pool owes the hospital by its own records, yuan."""

    pool: str
    cases: int
    points: Decimal
    point_value: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    payable: Decimal


class OwnDifference(NamedTuple):
    """A cause for which the bureau's amount differs: points, amounts, point_value, or rounding; yuan."""

    pool: str
    cause: str
    own: str
    bureau: str
    amount: Decimal


def own_amount(totals: HospitalTotals, value: Decimal, rule: PointValueRule) -> OwnAmount:
    """What the convention pays for the hospital's own points at a given value, rounded half up to the fen.

    A convention that splits the pool exactly may pay a fen more or less, one that rescales also more.
    """
    return OwnAmount(
        pool=totals.pool,
        cases=totals.cases,
        points=totals.points,
        point_value=value,
        total_fee=totals.total_fee,
        fund_booked=totals.fund_booked,
        patient_paid=totals.patient_paid,
        payable=_entitled(totals, value, rule),
    )


def own_differences(
    totals: HospitalTotals, value: Decimal, bureau: Allocation, rule: PointValueRule
) -> tuple[OwnDifference, ...]:
    """What makes the bureau's payable differ from the hospital's own; the causes add up to the fen.

    The bureau's figures are put in one after the other: its points, its amounts, its point value. What is left is
    rounding, or the rescaling of what a convention leaves over.
    """
    with_points = totals._replace(points=bureau.points, cases=bureau.cases)
    with_amounts = with_points._replace(
        total_fee=bureau.total_fee, fund_booked=bureau.fund_booked, patient_paid=bureau.patient_paid
    )
    steps = (
        _entitled(totals, value, rule),
        _entitled(with_points, value, rule),
        _entitled(with_amounts, value, rule),
        _entitled(with_amounts, bureau.point_value, rule),
        bureau.payable,
    )
    shown = (
        ("points", f"{totals.points} ({totals.cases} cases)", f"{bureau.points} ({bureau.cases} cases)"),
        ("amounts", _amounts(totals), _amounts(with_amounts)),
        ("point_value", str(value), str(bureau.point_value)),
        ("rounding", str(steps[3]), str(bureau.payable)),
    )
    found = (
        OwnDifference(totals.pool, cause, own, theirs, less(after, before))
        for (cause, own, theirs), before, after in zip(shown, steps[:-1], steps[1:], strict=True)
    )
    return tuple(row for row in found if row.amount)


def _entitled(totals: HospitalTotals, value: Decimal, rule: PointValueRule) -> Decimal:
    worth = Fraction(totals.points) * Fraction(value)
    return round_half_up(convention_of(rule).entitled(worth, totals), MONEY_PLACES)


def _amounts(row: HospitalTotals) -> str:
    return f"cost {row.total_fee}, booked {row.fund_booked}, paid by patients {row.patient_paid}"
