"""What the methods pay beside points: dues, postings, and where they leave the waterfall; nothing is paid twice.

A method inside the total is paid out of the pool before points are; one outside it is paid out of its carve-out, which
the fund formula has taken from the pool once already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.fund import Waterfall
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, Book, Postings, less
from drgcalc.settlement.methods.inputs import Claim, Due, Inputs, MethodTables, Weight
from drgcalc.settlement.methods.method_checks import check_tables, strange_rows
from drgcalc.settlement.methods.policy import POINTS_POOL, MethodBlock, MethodRules, check_carve_outs
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import FundItem, Hospital, PoolLine, Posting
from drgcalc.settlement.totals import PoolCases

PAID, RETAINED = "hospital_method/", "hospital_method_retained/"


class MethodPayment(NamedTuple):
    """What one method owes one hospital in one pool for the period: base.columns.METHOD_PAYMENTS."""

    period: str
    pool: str
    method: str
    kind: str
    hospital_id: str
    hospital_name: str
    cases: int
    quantity: Decimal
    unit: str
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    payable: Decimal
    retained: Decimal
    unretained: Decimal
    difference: Decimal
    working: str
    source: str


@dataclass(frozen=True)
class Outlays:
    """What all methods pay for a period, in order of pool, method and hospital; rules None: there are no methods."""

    rules: MethodRules | None
    payments: tuple[MethodPayment, ...]
    findings: tuple[Finding, ...]

    def booked_inside(self, pool: str) -> Decimal:
        """Fund amounts that hospitals booked for claims of methods inside the total: the cap is taken of them too."""
        inside = (
            {block.id for block in self.rules.methods if block.paid_from.value == POINTS_POOL} if self.rules else ()
        )
        return total([ZERO, *(row.fund_booked for row in self.payments if row.pool == pool and row.method in inside)])


NO_OUTLAYS = Outlays(None, (), ())


def pay_methods(
    policy: Policy,
    period: str,
    hospitals: Sequence[Hospital],
    claims: Sequence[Claim],
    tables: MethodTables,
    weights: Sequence[Weight],
    fund: Sequence[FundItem],
) -> Outlays:
    """Pay every method of the policy for a year YYYY or month YYYY-MM. Raises RulesError for what its tables lack."""
    if policy.methods is None:
        return NO_OUTLAYS
    year = int(period[:4])
    months = (period,) if len(period) > 4 else tuple(f"{period}-{month:02}" for month in range(1, 13))
    known = {row.hospital_id: row for row in hospitals}
    _refuse_unknown(claims, known)
    check_tables(policy.methods, tables)
    payments: list[MethodPayment] = []
    found: list[Finding] = [*strange_rows(policy.methods, tables, year), *_refunds(claims)]
    for block in policy.methods.methods:
        inputs = Inputs(
            method=block.id,
            year=year,
            months=months,
            pools=tuple(policy.fund),
            claims=tuple(row for row in claims if row.method == block.id),
            prices=tuple(row for row in tables.prices if row.method == block.id),
            agreements=tuple(row for row in tables.agreements if row.method == block.id),
            history=tables.history,
            adjustments=tuple(row for row in tables.adjustments if row.method == block.id),
            hospitals=known,
            weights=tuple(weights),
            fund={(item.pool, item.item): item for item in fund if item.year == year},
        )
        paid = block.method.pay(block.terms, inputs)
        found += paid.findings
        payments += (_payment(period, block, due, inputs, known) for due in paid.dues)
    for pool, formula in policy.fund.items():
        used = {row.method for row in payments if row.pool == pool}
        check_carve_outs(policy.methods, pool, [item.item for item in formula.carve_outs], used)
    return Outlays(
        policy.methods, tuple(sorted(payments, key=lambda row: (row.pool, row.method, row.hospital_id))), tuple(found)
    )


def after_methods(outlays: Outlays, falls: Mapping[str, Waterfall]) -> dict[str, Waterfall]:
    """The waterfalls with what methods are paid: `final` is then what points distribute."""
    if outlays.rules is None:
        return dict(falls)
    return {pool: _after(outlays, outlays.rules, fall) for pool, fall in falls.items()}


def method_identities(outlays: Outlays, book: Book, lines: Sequence[PoolLine]) -> tuple[Statement, ...]:
    """Hospitals' method accounts are the payments; every carve-out is taken once: spent + left = taken out."""
    if outlays.rules is None:
        return ()
    found = []
    for pool in dict.fromkeys(line.pool for line in lines):
        own = [row for row in outlays.payments if row.pool == pool]
        for name, account in (("unretained", PAID), ("retained", RETAINED)):
            amount = total([ZERO, *(getattr(row, name) for row in own)])
            what = "the hospitals' accounts are the payments of the methods"
            found.append(statement(f"methods {name}", pool, book.balance(pool, account), amount, what))
        found += _carve_out_identities(outlays.rules, pool, own, book, lines)
    return tuple(found)


def claim_identities(cases: Sequence[PoolCases], claims: Sequence[Claim]) -> tuple[Statement, ...]:
    """Claims add up to the cases that methods pay, pool by pool."""
    found = []
    for row in cases:
        own = [claim for claim in claims if claim.pool == row.pool]
        for name in ("total_fee", "fund_booked", "patient_paid"):
            amount = total([ZERO, *(getattr(claim, name) for claim in own)])
            found.append(statement(f"claims {name}", row.pool, getattr(row, name), amount, "claims are their cases"))
    return tuple(found)


def _carve_out_identities(
    rules: MethodRules, pool: str, own: Sequence[MethodPayment], book: Book, lines: Sequence[PoolLine]
) -> list[Statement]:
    taken = {line.item: line.amount for line in lines if line.pool == pool and line.kind == "deduction"}
    found = []
    for item in dict.fromkeys(block.paid_from.value for block in rules.methods):
        if item in taken:
            payers = {block.id for block in rules.methods if block.paid_from.value == item}
            spent = total([ZERO, *(row.payable for row in own if row.method in payers)])
            left = book.balance(pool, f"carve_out/{item}")
            what = f"what methods are paid of {item} and what is left of it is what the formula takes out"
            found.append(statement(f"methods {item}", pool, less(ZERO, taken[item]), total((spent, left)), what))
    return found


def _payment(
    period: str, block: MethodBlock, due: Due, inputs: Inputs, hospitals: Mapping[str, Hospital]
) -> MethodPayment:
    claims = inputs.claims_of(due.pool, due.hospital_id)
    booked = total([ZERO, *(claim.fund_booked for claim in claims)])
    return MethodPayment(
        period=period,
        pool=due.pool,
        method=block.id,
        kind=block.kind.value,
        hospital_id=due.hospital_id,
        hospital_name=hospitals[due.hospital_id].name if due.hospital_id in hospitals else "",
        cases=sum(claim.cases for claim in claims),
        quantity=due.quantity,
        unit=due.unit,
        total_fee=total([ZERO, *(claim.total_fee for claim in claims)]),
        fund_booked=booked,
        patient_paid=total([ZERO, *(claim.patient_paid for claim in claims)]),
        payable=due.payable,
        retained=due.retained,
        unretained=less(due.payable, due.retained),
        difference=less(due.payable, booked),
        working=due.working,
        source=due.source,
    )


def _after(outlays: Outlays, rules: MethodRules, fall: Waterfall) -> Waterfall:
    own = [row for row in outlays.payments if row.pool == fall.pool]
    book, found = Postings(fall.pool), list(fall.findings)
    inside: list[PoolLine] = []
    final = fall.final
    for block in rules.methods:
        paid = [row for row in own if row.method == block.id]
        amount = total([ZERO, *(row.payable for row in paid)])
        outside = block.paid_from.value != POINTS_POOL
        giver = f"carve_out/{block.paid_from.value}" if outside else "payable_pool"
        book.pay(
            "method_payment", giver, [posting for row in paid for posting in _postings(block, row)], block.kind.source
        )
        if not outside and paid:
            final = less(final, amount)
            words = f"{block.label}（总额内）"
            inside.append(
                PoolLine(
                    fall.pool, 0, f"method/{block.id}", words, less(ZERO, amount), "deduction", block.paid_from.source
                )
            )
        elif outside:
            found += _overspent(fall, block, book)
    if final < 0:
        words = f"pool {fall.pool}: methods inside the total are owed {less(ZERO, final):,} yuan more than it holds"
        found.append(finding("S037", words, field="payable_pool", value=str(final)))
        source = rules.unrouted.source
        book.move(
            "method_payment", "deficit", "payable_pool", less(ZERO, final), "the pool cannot be below zero", source
        )
        inside.append(PoolLine(fall.pool, 0, "deficit/methods", "基金缺口", less(ZERO, final), "draw", source))
        final = ZERO
    lines = _lines(fall, inside, final) if inside else fall.lines
    return replace(fall, lines=lines, postings=(*fall.postings, *book.done()), findings=tuple(found), final=final)


def _postings(block: MethodBlock, row: MethodPayment) -> list[Posting]:
    """What a hospital gains: what is not retained, and what waits."""
    return [
        Posting("method_payment", row.pool, f"{account}{block.id}", row.hospital_id, amount, row.working, row.source)
        for account, amount in ((PAID, row.unretained), (RETAINED, row.retained))
    ]


def _lines(fall: Waterfall, inside: Sequence[PoolLine], final: Decimal) -> tuple[PoolLine, ...]:
    """The pool as it was becomes a sub-total; what methods take and what points distribute follow."""
    *before, whole = fall.lines
    result = whole._replace(item="points_pool", label="点数付费总额", amount=final)
    lines = (*before, whole._replace(kind="subtotal"), *inside, result)
    return tuple(line._replace(line=number) for number, line in enumerate(lines, 1))


def _overspent(fall: Waterfall, block: MethodBlock, book: Postings) -> list[Finding]:
    account = f"carve_out/{block.paid_from.value}"
    left = Book((*fall.postings, *book.done())).balance(fall.pool, account)
    if left >= 0:
        return []
    words = (
        f"pool {fall.pool}: {block.id} brings {block.paid_from.value} to {left:,} yuan: it is paid more than the item"
    )
    return [finding("S036", words, field=block.paid_from.value, value=str(left))]


def _refuse_unknown(claims: Sequence[Claim], known: Mapping[str, Hospital]) -> None:
    unknown = sorted({row.hospital_id for row in claims} - set(known))
    if unknown:
        raise RulesError(
            f"payment methods have claims of hospitals without a row of hospitals.csv in force: {', '.join(unknown)}",
            hint="add the hospital to hospitals.csv, or correct its effective_from and effective_to",
        )


def _refunds(claims: Sequence[Claim]) -> list[Finding]:
    alone: dict[tuple[str, str], int] = {}
    for row in claims:
        if row.refunds_alone:
            alone[row.pool, row.method] = alone.get((row.pool, row.method), 0) + row.refunds_alone
    return [
        finding(
            "S014", f"pool {pool}: {lines:,} refund lines under {method} reverse no line", field="is_refund", value="1"
        )
        for (pool, method), lines in sorted(alone.items())
    ]
