"""The arithmetic of one settled case: its published points all over again, and its share of its hospital's amount."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, POINTS_PLACES, round_half_up, total
from drgcalc.settlement.case_rules import LONG_STAY, SHORT_STAY, SPECIAL_ITEM, SPECIAL_POINTS
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.point_policy import STATUSES_WITHOUT_GROUP, PointRules
from drgcalc.settlement.point_value import allocate_signed, convention_of
from drgcalc.settlement.points import (
    ONE,
    CasePoints,
    bed_day_points,
    case_points,
    points_without_group,
    refund_points,
)
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals

NOTHING_LEFT = "nothing is left of the stay: 0 points"


class SettledLine(NamedTuple):
    """One settled case: a row of run/sql/settled_lines.sql. term_…: of the line whose terms count, mostly itself.

    A refund line has the cost of the stay before and after it; `is_matched`: it reverses a line of the period.
    """

    settlement_id: str
    source_file: str
    source_row: int
    hospital_id: str
    pool: str
    is_refund: bool
    total_fee: Decimal
    patient_paid: Decimal
    method: str | None
    points_group: str | None
    base_points: Decimal | None
    coefficient: Decimal | None
    auxiliary_factor: Decimal | None
    kept_share: Decimal | None
    reference_fee: Decimal | None
    segment: str
    case_points: Decimal
    review: str | None
    is_matched: bool
    fee_before: Decimal | None
    fee_after: Decimal | None
    term_id: str
    term_file: str
    term_row: int
    term_hospital: str
    term_level: str | None
    term_day: date
    term_status: str
    term_group: str | None
    term_layer: str | None
    term_grassroots: bool | None
    term_days: int
    aux_cci: str | None
    aux_severity: str | None
    aux_tumour: str | None
    aux_age: str | None
    aux_icu: str | None


class CaseWeight(NamedTuple):
    """One case of a hospital: its points, and what its patient paid where the policy lets that count."""

    source_file: str
    source_row: int
    points: Decimal
    patient_paid: Decimal


def recomputed(rules: PointRules, line: SettledLine, decided_points: Decimal | None) -> CasePoints:
    """The points of a settled case all over again, with the arithmetic in words. `decided_points`: by special review.

    A case of a method beside points has none. Raises RulesError when the reference is not above zero.
    """
    if line.method is not None:
        return _given(ZERO, line.segment, f"paid by the method {line.method} beside points: no points")
    if not line.is_refund:
        return _priced(rules, line, line.total_fee, decided_points)
    before = _priced(rules, line, line.fee_before or ZERO, decided_points)
    after = _priced(rules, line, line.fee_after, decided_points) if line.fee_after else None
    points = refund_points(before, after)
    words = f"after it: {after.words if after else NOTHING_LEFT}; less before it: {before.words} = {before.points}"
    return CasePoints(Fraction(points), points, line.segment, before.flag, words)


def _priced(rules: PointRules, line: SettledLine, fee: Decimal, decided_points: Decimal | None) -> CasePoints:
    """The points of a cost under the rule that the line follows."""
    coefficient = ONE if line.coefficient is None else line.coefficient
    for rule in rules.cases.bed_days:
        if rule.name == line.segment:
            return bed_day_points(rule, days=line.term_days, coefficient=coefficient)
    if line.segment == SPECIAL_POINTS and decided_points is not None:
        return _given(decided_points, line.segment, f"{decided_points} points, as special review decided")
    if line.segment == SPECIAL_ITEM:
        return _given(ZERO, line.segment, "paid by item, as special review decided: no points")
    if line.segment in (SHORT_STAY, LONG_STAY):
        return _given(ZERO, line.segment, f"a stay of {line.term_days} days is outside the points")
    if line.segment in STATUSES_WITHOUT_GROUP:
        return points_without_group(rules, status=line.segment, fee=fee)
    return case_points(
        rules,
        fee=fee,
        base_points=line.base_points or ZERO,
        reference_fee=line.reference_fee or ZERO,
        coefficient=coefficient,
        layer=line.term_layer,
        auxiliary=ONE if line.auxiliary_factor is None else line.auxiliary_factor,
        kept=ONE if line.kept_share is None else line.kept_share,
    )


def _given(points: Decimal, segment: str, words: str) -> CasePoints:
    return CasePoints(Fraction(points), round_half_up(points, POINTS_PLACES), segment, "", words)


def worth(rule: PointValueRule, case: CaseWeight, hospital: HospitalTotals, value: Decimal) -> tuple[Decimal, str]:
    """What the convention pays for a case at its hospital's fund ratio, to the fen, and the arithmetic in words.

    Not yet its share: fen are rounded and leftovers closed over whole hospitals. `value`: the one that is paid with.
    """
    convention = convention_of(rule)
    of_case = hospital._replace(patient_paid=case.patient_paid)
    amount = convention.entitled(Fraction(case.points) * Fraction(value), of_case)
    return round_half_up(amount, MONEY_PLACES), f"{case.points} points × {value}{convention.words(of_case)}"


def case_shares(rule: PointValueRule, amount: Decimal, cases: Sequence[CaseWeight]) -> tuple[Decimal, ...]:
    """The share of every case in what its hospital is owed for points, yuan, in the order of `cases`: they sum to it.

    By points, to the fen by largest remainder, ties by place; where the convention takes patients' payments off, each
    case has its own taken off. No share without points above zero.
    """
    if total([ZERO, *(case.points for case in cases)]) <= 0:
        return ()
    off = [_taken_off(rule, case) for case in cases]
    gross = less(amount, *off)
    keys = [f"{number:012}" for number in range(len(cases))]
    parts = allocate_signed(gross, {key: Fraction(case.points) for key, case in zip(keys, cases, strict=True)})
    return tuple(total((parts[key], taken)) for key, taken in zip(keys, off, strict=True))


def _taken_off(rule: PointValueRule, case: CaseWeight) -> Decimal:
    """What the convention adds to the worth of no points: nothing, or the patient's payment with a minus."""
    nobody = HospitalTotals("", "", 1, 1, 0, ZERO, ZERO, ZERO, case.patient_paid)
    return round_half_up(convention_of(rule).entitled(Fraction(0), nobody), MONEY_PLACES)
