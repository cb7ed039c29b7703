"""A hospital's own view: its amount from its own records and the published point values, and why the bureau's differs.

Two chains that add up to the fen: from the hospital's own amount to the bureau's payable, and from there to what is
sent. Each step puts one more of the bureau's figures in the place of the hospital's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.settlement.clearing import Cleared
from drgcalc.settlement.elastic import within_base
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.payment_rows import Payment
from drgcalc.settlement.point_value import convention_of
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import Allocation, HospitalTotals

MISSING_HERE, MISSING_THERE, POINTS, AMOUNTS = "missing_here", "missing_there", "points", "amounts"
SPECIAL, POINT_VALUE, ROUNDING = "special_cases", "point_value", "rounding"
CAUSES = (MISSING_HERE, MISSING_THERE, POINTS, AMOUNTS, SPECIAL, POINT_VALUE, ROUNDING)
"""From the own amount to the bureau's payable."""
ASSESSMENT, OTHER_PERIODS, DEDUCTIONS = "assessment", "other_periods", "deductions"
HELD_BACK, PAID_BEFORE = "held_back", "paid_before"
PAY_CAUSES = (ASSESSMENT, OTHER_PERIODS, DEDUCTIONS, HELD_BACK, PAID_BEFORE)
"""From the bureau's payable to what it sends."""


class Values(NamedTuple):
    """What a point is worth in a pool; `increment`: beyond the hospital's base, None where there is one value."""

    value: Decimal
    increment: Decimal | None = None


class OwnAmount(NamedTuple):
    """What one pool owes the hospital by its own records, yuan.

    increment_points: those beyond its base, at increment_value; None where there is one value. special: part of
    payable that special review approved by item.
    """

    pool: str
    cases: int
    points: Decimal
    point_value: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    payable: Decimal
    increment_points: Decimal | None = None
    increment_value: Decimal | None = None
    special: Decimal = ZERO


class OwnDifference(NamedTuple):
    """A cause (CAUSES, PAY_CAUSES) for which the bureau's amount differs, what each side says, and yuan."""

    pool: str
    cause: str
    own: str
    bureau: str
    amount: Decimal


class CaseLine(NamedTuple):
    """A case of the hospital on one side: its points, and its amounts where the policy lets them count, yuan."""

    pool: str
    settlement_id: str
    points: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


def own_amount(totals: HospitalTotals, values: Values, rule: PointValueRule) -> OwnAmount:
    """What the convention pays for the hospital's own points at given values, rounded half up to the fen.

    A convention that splits the pool exactly may pay a fen more or less, one that rescales also more.
    """
    beyond = None if values.increment is None else less(totals.points, _within(totals, rule))
    return OwnAmount(
        pool=totals.pool,
        cases=totals.cases,
        points=totals.points,
        point_value=values.value,
        total_fee=totals.total_fee,
        fund_booked=totals.fund_booked,
        patient_paid=totals.patient_paid,
        payable=_entitled(totals, values, rule),
        increment_points=beyond,
        increment_value=values.increment,
        special=totals.special,
    )


def own_differences(
    totals: HospitalTotals,
    values: Values,
    bureau: Allocation,
    rule: PointValueRule,
    lines: tuple[Sequence[CaseLine], Sequence[CaseLine]] | None = None,
) -> tuple[OwnDifference, ...]:
    """What makes the bureau's payable differ from the hospital's own; the causes add up to the fen.

    The bureau's figures are put in one after the other. `lines`: the cases of both sides, own first; without them a
    case that one side lacks shows as points and amounts. What is left is rounding, or the rescaling of a residual.
    """
    states = [totals, *_cases_put_in(totals, *lines)] if lines else [totals, totals, totals]
    missing = _missing(totals.pool, *lines) if lines else (("", ""), ("", ""))
    base = None if bureau.increment_points is None else less(bureau.points, bureau.increment_points)
    with_points = states[2]._replace(points=bureau.points, cases=bureau.cases, base_points=base)
    with_amounts = with_points._replace(
        total_fee=bureau.total_fee, fund_booked=bureau.fund_booked, patient_paid=bureau.patient_paid
    )
    with_special = with_amounts._replace(special=bureau.special_paid)
    theirs = Values(bureau.point_value, bureau.increment_value)
    steps = [_entitled(state, values, rule) for state in (*states, with_points, with_amounts, with_special)]
    steps += [_entitled(with_special, theirs, rule), bureau.payable]
    shown = (
        *missing,
        (_points(states[2], base_known=totals.base_points), _points(with_points, base_known=base)),
        (_amounts(states[2]), _amounts(with_amounts)),
        (str(totals.special), str(bureau.special_paid)),
        (_values(values), _values(theirs)),
        (str(steps[-2]), str(bureau.payable)),
    )
    found = (
        OwnDifference(totals.pool, cause, own, other, less(after, before))
        for cause, (own, other), before, after in zip(CAUSES, shown, steps[:-1], steps[1:], strict=True)
    )
    return tuple(row for row in found if row.amount)


def month_steps(row: Payment) -> tuple[OwnDifference, ...]:
    """From a month's payable to what is sent; the amounts add up to the fen."""
    held = (row.retained, row.deferred, row.deposit)
    parts = {
        OTHER_PERIODS: (total((row.corrections, row.decided, row.transferred, row.carried_in)), row.carried_out),
        DEDUCTIONS: (ZERO, total((row.violation, row.over_budget))),
        HELD_BACK: (ZERO, total(held)),
    }
    words = {
        OTHER_PERIODS: f"corrections {row.corrections}, decided {row.decided}, transferred {row.transferred}, "
        f"carried in {row.carried_in}, carried out {row.carried_out}",
        DEDUCTIONS: f"violations {row.violation}, over budget {row.over_budget}",
        HELD_BACK: f"retained {row.retained}, deferred {row.deferred}, deposit {row.deposit}",
    }
    return _pay_steps(row.pool, parts, words)


def year_steps(row: Cleared) -> tuple[OwnDifference, ...]:
    """From a year's payable to what the clearing sends or, below zero, recovers; the amounts add up to the fen."""
    parts = {
        ASSESSMENT: (total((row.assessed, row.shared)), row.payable),
        OTHER_PERIODS: (total((row.decided, row.transferred, row.earlier)), ZERO),
        DEDUCTIONS: (ZERO, total((row.violation, row.over_budget))),
        HELD_BACK: (ZERO, row.deposit),
        PAID_BEFORE: (ZERO, total((row.monthly, row.advance))),
    }
    words = {
        ASSESSMENT: f"{row.payable} × {row.assessment} = {row.assessed}, sharing {row.shared}",
        OTHER_PERIODS: f"decided {row.decided}, transferred {row.transferred}, closed years {row.earlier}",
        DEDUCTIONS: f"violations {row.violation}, over budget {row.over_budget}",
        HELD_BACK: f"deposits {row.deposit}, of which {row.deposit_released} are returned apart",
        PAID_BEFORE: f"months {row.monthly}, advances {row.advance}",
    }
    return _pay_steps(row.pool, parts, words)


def _pay_steps(
    pool: str, parts: Mapping[str, tuple[Decimal, Decimal]], words: Mapping[str, str]
) -> tuple[OwnDifference, ...]:
    found = (OwnDifference(pool, cause, "", words[cause], less(plus, minus)) for cause, (plus, minus) in parts.items())
    return tuple(row for row in found if row.amount)


def _within(totals: HospitalTotals, rule: PointValueRule) -> Decimal:
    return totals.points if rule.elastic is None else within_base(rule.elastic, totals)


def _entitled(totals: HospitalTotals, values: Values, rule: PointValueRule) -> Decimal:
    """What the convention pays for the totals, and what special review approved by item."""
    within = totals.points if values.increment is None else _within(totals, rule)
    worth = Fraction(within) * Fraction(values.value)
    if values.increment is not None:
        worth += Fraction(less(totals.points, within)) * Fraction(values.increment)
    paid = round_half_up(convention_of(rule).entitled(worth, totals), MONEY_PLACES)
    return total((paid, totals.special))


def _cases_put_in(
    totals: HospitalTotals, own: Sequence[CaseLine], bureau: Sequence[CaseLine]
) -> tuple[HospitalTotals, HospitalTotals]:
    """The totals with the cases that only the bureau has, then without those that only the hospital has."""
    ours, theirs = ({line.settlement_id for line in side if line.pool == totals.pool} for side in (own, bureau))
    here = [line for line in bureau if line.pool == totals.pool and line.settlement_id not in ours]
    there = [line for line in own if line.pool == totals.pool and line.settlement_id not in theirs]
    with_theirs = _moved(totals, here, 1)
    return with_theirs, _moved(with_theirs, there, -1)


def _moved(totals: HospitalTotals, lines: Sequence[CaseLine], sign: int) -> HospitalTotals:
    """The totals with the sums of some cases added (sign 1) or taken away (sign -1)."""

    def moved(own: Decimal, parts: Iterable[Decimal]) -> Decimal:
        amount = total([ZERO, *parts])
        return total((own, amount if sign > 0 else amount.copy_negate()))

    return totals._replace(
        cases=totals.cases + sign * len(lines),
        points=moved(totals.points, (line.points for line in lines)),
        total_fee=moved(totals.total_fee, (line.total_fee for line in lines)),
        fund_booked=moved(totals.fund_booked, (line.fund_booked for line in lines)),
        patient_paid=moved(totals.patient_paid, (line.patient_paid for line in lines)),
    )


def _missing(pool: str, own: Sequence[CaseLine], bureau: Sequence[CaseLine]) -> tuple[tuple[str, str], tuple[str, str]]:
    """The cases that one side lacks, in words."""
    ours, theirs = ({line.settlement_id for line in side if line.pool == pool} for side in (own, bureau))
    here, there = sorted(theirs - ours), sorted(ours - theirs)
    return ("none", _some(here)), (_some(there), "none")


def _some(ids: Sequence[str], most: int = 3) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return f"{len(ids)} cases: {', '.join(ids[:most])}{more}"


def _points(row: HospitalTotals, *, base_known: Decimal | None) -> str:
    base = "" if base_known is None else f", base {base_known}"
    return f"{row.points} ({row.cases} cases{base})"


def _values(values: Values) -> str:
    return str(values.value) if values.increment is None else f"{values.value}, beyond the base {values.increment}"


def _amounts(row: HospitalTotals) -> str:
    return f"cost {row.total_fee}, booked {row.fund_booked}, paid by patients {row.patient_paid}"
