"""The main step: totals of hospitals, the fund account and a policy in; allocations, waterfall, book and proof out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.adjustments import adjust_month, adjust_year, approved
from drgcalc.settlement.decisions import Adjustment
from drgcalc.settlement.elastic import POINTS_OF
from drgcalc.settlement.entitlement import entitlements
from drgcalc.settlement.fund import Waterfall, fund_accounts, month_waterfalls, unused_items, year_waterfalls
from drgcalc.settlement.identities import (
    Statement,
    book_identities,
    entitlement_identities,
    fund_identities,
    hospital_identities,
    kept_identity,
)
from drgcalc.settlement.ledger import ZERO, Book, Postings, less
from drgcalc.settlement.methods.outlays import (
    NO_OUTLAYS,
    MethodPayment,
    Outlays,
    after_methods,
    method_identities,
)
from drgcalc.settlement.pay_policy import MONTH_POOL, MonthRule
from drgcalc.settlement.point_value import (
    PAID,
    Distribution,
    convention_of,
    distribute,
    printed_value,
)
from drgcalc.settlement.policy import PointValueRule, Policy
from drgcalc.settlement.policy_reading import Choice
from drgcalc.settlement.pool_findings import pool_findings
from drgcalc.settlement.rows import Allocation, FundItem, Hospital, HospitalTotals, PoolLine, PoolValue, Posting
from drgcalc.settlement.special_payments import after_special_cases, special_postings
from drgcalc.settlement.totals import check_totals, with_zeros

VALUE_PLACES = 8


@dataclass(frozen=True)
class Settlement:
    """A settled year or month. Nothing may be published before `prove` has accepted `identities`."""

    period: str
    allocations: tuple[Allocation, ...]
    lines: tuple[PoolLine, ...]
    values: tuple[PoolValue, ...]
    book: Book
    findings: tuple[Finding, ...]
    identities: tuple[Statement, ...]
    methods: tuple[MethodPayment, ...] = ()


def settle_year(
    year: int,
    policy: Policy,
    hospitals: Sequence[Hospital],
    totals: Sequence[HospitalTotals],
    fund: Sequence[FundItem],
    adjustments: Sequence[Adjustment] = (),
    outlays: Outlays = NO_OUTLAYS,
) -> Settlement:
    """The year's settlement. `fund` holds the rows of that year, `totals` one row a pool and hospital.

    `outlays` are what methods beside points pay; their claims are not in `totals`.

    Raises RulesError when the policy lacks a pool's formula or the fund account an item.
    """
    accounts = fund_accounts(policy, fund, with_limits=True)
    booked = {
        pool: total([outlays.booked_inside(pool), *(row.fund_booked for row in totals if row.pool == pool)])
        for pool in policy.fund
    }
    waterfalls = adjust_year(year_waterfalls(policy, accounts, booked), approved(adjustments, year))
    return _settle(str(year), policy, None, hospitals, totals, waterfalls, unused_items(policy, accounts), outlays)


def settle_month(
    month: str,
    policy: Policy,
    hospitals: Sequence[Hospital],
    totals: Sequence[HospitalTotals],
    fund: Sequence[FundItem],
    adjustments: Sequence[Adjustment] = (),
    outlays: Outlays = NO_OUTLAYS,
) -> Settlement:
    """The settlement of the month YYYY-MM with the year's parameters: `totals` of the month, `fund` of its year.

    Raises RulesError as settle_year does, and when the policy has no month rule.
    """
    if policy.month is None:
        raise RulesError(
            f"the policy in force in {month} does not say how a month is settled",
            hint="add [policy.month] with basis, shares and pay_ratio, or settle the year",
        )
    accounts = fund_accounts(policy, fund, with_limits=False)
    number, shares = int(month[5:7]), policy.month.shares
    falls = month_waterfalls(policy, policy.month, accounts, number)
    waterfalls = adjust_month(falls, approved(adjustments, int(month[:4])), shares, number)
    valued = replace(policy, point_value=month_value_rule(policy.point_value, policy.month))
    return _settle(month, valued, policy.month, hospitals, totals, waterfalls, unused_items(policy, accounts), outlays)


def month_value_rule(rule: PointValueRule, month: MonthRule) -> PointValueRule:
    """How points become money in a month: as in the year, or at the value that the policy gives for months.

    At a given value the convention pays as it does at a fixed rate, and what the month's pool leaves over waits there.
    """
    if month.basis.value == MONTH_POOL:
        return rule
    source = month.basis.source
    stays = rule.closing is not None and rule.closing.value != "rescale"
    return replace(
        rule,
        convention=Choice("fixed_rate", source),
        fixed_rate_pays=rule.fixed_rate_pays or rule.convention,
        rates=month.values,
        closing=rule.closing if stays else Choice("leave_in_fund", source),
    )


class _Pool(NamedTuple):
    """One settled pool on its way into the settlement."""

    value: PoolValue
    allocations: tuple[Allocation, ...]
    postings: tuple[Posting, ...]
    findings: tuple[Finding, ...]
    identities: tuple[Statement, ...]


def _settle(
    period: str,
    policy: Policy,
    month: MonthRule | None,
    hospitals: Sequence[Hospital],
    totals: Sequence[HospitalTotals],
    base: Mapping[str, Waterfall],
    findings: tuple[Finding, ...],
    outlays: Outlays,
) -> Settlement:
    check_totals(policy.fund, totals)
    waterfalls = after_methods(outlays, base)
    pools = [
        _settle_pool(period, policy, month, waterfall, with_zeros(pool, hospitals, totals), hospitals)
        for pool, waterfall in waterfalls.items()
    ]
    falls = list(zip(waterfalls.values(), pools, strict=True))
    book = Book(tuple(posting for fall, pool in falls for posting in (*fall.postings, *pool.postings)))
    allocations = tuple(row for pool in pools for row in pool.allocations)
    lines = tuple(line for fall in waterfalls.values() for line in fall.lines)
    kept = {pool.value.pool: pool.value.kept for pool in pools}
    return Settlement(
        period=period,
        allocations=allocations,
        lines=lines,
        values=tuple(pool.value for pool in pools),
        book=book,
        findings=(
            *findings,
            *outlays.findings,
            *(entry for fall, pool in falls for entry in (*fall.findings, *pool.findings)),
        ),
        identities=(
            *fund_identities(lines, allocations, kept),
            *book_identities(book),
            *hospital_identities(book, allocations),
            *method_identities(outlays, book, lines),
            *(entry for pool in pools for entry in pool.identities),
        ),
        methods=outlays.payments,
    )


def _settle_pool(
    period: str,
    policy: Policy,
    month: MonthRule | None,
    waterfall: Waterfall,
    totals: tuple[HospitalTotals, ...],
    hospitals: Sequence[Hospital],
) -> _Pool:
    special = {row.hospital_id: row.special for row in totals}
    fund = after_special_cases(waterfall.pool, waterfall.final, special)
    done = distribute(waterfall.pool, fund, totals, policy.point_value)
    payable = {hospital: total((amount, special[hospital])) for hospital, amount in done.payable().items()}
    paid = total([ZERO, *payable.values()])
    value = PoolValue(
        pool=waterfall.pool,
        convention=policy.point_value.convention.value,
        status=done.status,
        fund=waterfall.final,
        points=total(row.points for row in totals),
        value=round_half_up(done.value, VALUE_PLACES),
        printed=printed_value(done.value, policy.point_value),
        paid=paid,
        residual=done.residual,
        closing=done.closing,
        kept=less(waterfall.final, paid),
        increment_points=total(done.increment.points.values()) if done.increment else None,
        increment_value=round_half_up(done.increment.value, VALUE_PLACES) if done.increment else None,
        special=total([ZERO, *special.values()]),
    )
    retained = _retained(month, payable)
    allocations = _allocations(period, value, totals, done, payable, retained, hospitals)
    postings = _postings(policy, month, value, totals, done, retained)
    entitled = entitlements(waterfall.pool, fund, totals, policy.point_value)
    owed = {hospital: amount + Fraction(special[hospital]) for hospital, amount in entitled.items()}
    return _Pool(
        value=value,
        allocations=allocations,
        postings=postings,
        findings=pool_findings(policy, month, value, totals, done, payable),
        identities=(
            kept_identity(value.pool, fund, value.kept, Book(postings), entitled, policy.point_value),
            *entitlement_identities(value.pool, allocations, owed),
        ),
    )


def _retained(month: MonthRule | None, payable: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The part of each payable that waits for the clearing; none in a year."""
    if month is None:
        return dict.fromkeys(payable, ZERO)
    ratio = month.pay_ratio.value
    return {
        hospital: less(amount, round_half_up(multiply(amount, ratio), MONEY_PLACES))
        for hospital, amount in payable.items()
    }


def _allocations(
    period: str,
    value: PoolValue,
    totals: Sequence[HospitalTotals],
    done: Distribution,
    payable: Mapping[str, Decimal],
    retained: Mapping[str, Decimal],
    hospitals: Sequence[Hospital],
) -> tuple[Allocation, ...]:
    known = {hospital.hospital_id: hospital for hospital in hospitals}
    return tuple(
        Allocation(
            period=period,
            pool=row.pool,
            hospital_id=row.hospital_id,
            hospital_name=known[row.hospital_id].name if row.hospital_id in known else "",
            level=known[row.hospital_id].level if row.hospital_id in known else "",
            cases=row.cases,
            cases_without_points=row.cases_without_points,
            points=row.points,
            point_value=value.value,
            total_fee=row.total_fee,
            fund_booked=row.fund_booked,
            patient_paid=row.patient_paid,
            payable=payable[row.hospital_id],
            retained=retained[row.hospital_id],
            unretained=less(payable[row.hospital_id], retained[row.hospital_id]),
            difference=less(payable[row.hospital_id], row.fund_booked),
            increment_points=done.increment.points[row.hospital_id] if done.increment else None,
            increment_value=value.increment_value,
            special_paid=row.special,
        )
        for row in totals
    )


def _postings(
    policy: Policy,
    month: MonthRule | None,
    value: PoolValue,
    totals: Sequence[HospitalTotals],
    done: Distribution,
    retained: Mapping[str, Decimal],
) -> tuple[Posting, ...]:
    book, rule = Postings(value.pool), policy.point_value
    source = rule.convention.source
    convention = convention_of(rule)

    def to_hospital(step: str, hospital: str, amount: Decimal, words: str, article: str) -> Posting:
        return Posting(step, value.pool, "hospital", hospital, amount, words, article)

    paid = [
        to_hospital(
            "points_payment",
            row.hospital_id,
            done.payments[row.hospital_id],
            f"{_worth(done, row)}{convention.words(row)}",
            source,
        )
        for row in totals
    ]
    book.pay("special_cases", "payable_pool", special_postings(policy, value.pool, totals), source)
    book.pay("points_payment", "payable_pool", paid, source)
    closing = rule.closing.source if rule.closing else source
    words = f"residual of {value.convention}, {done.residual} over all hospitals, rescaled"
    book.pay(
        "closing",
        "payable_pool",
        [to_hospital("closing", hospital, amount, words, closing) for hospital, amount in done.rescaled.items()],
        closing,
    )
    taker = "adjustment_fund" if done.closing == "adjustment_fund" else "fund_balance"
    why = f"residual of {value.convention}" if done.status == PAID else f"nobody is paid: {done.status}"
    book.move("closing", "payable_pool", taker, value.kept, why, closing)
    if month is not None:
        _post_month(book, value.pool, month, retained)
    return book.done()


def _worth(done: Distribution, row: HospitalTotals) -> str:
    """A hospital's points and what they are worth, in words; nobody is paid: at 0."""
    if not done.classes:
        return f"points {row.points} × {round_half_up(done.value, VALUE_PLACES)}"
    return " + ".join(
        f"{POINTS_OF[one.name]} {one.points[row.hospital_id]} × {round_half_up(one.paid_value, VALUE_PLACES)}"
        for one in done.classes
    )


def _post_month(book: Postings, pool: str, month: MonthRule, retained: Mapping[str, Decimal]) -> None:
    """Move the part of a month that waits for the clearing; each hospital's two postings sum to zero."""
    ratio, source = month.pay_ratio.value, month.pay_ratio.source
    for hospital, amount in retained.items():
        if amount:
            words = f"paid at once is {ratio} of the month, the rest is retained"
            moved = (("hospital", less(ZERO, amount)), ("hospital_retained", amount))
            book.post(Posting("month_payment", pool, account, hospital, part, words, source) for account, part in moved)
