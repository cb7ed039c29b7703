"""The end of the year: what each hospital is still paid, or gives back. Every step sums to zero per pool.

clearing = annual payable × assessment ± sharing + differences to closed years − deductions − Σ monthly − advances;
deposits are returned apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import MONEY_PLACES, divide, multiply, round_half_up, total
from drgcalc.settlement.clearing_rules import meets, shared, target
from drgcalc.settlement.decisions import Advance, Assessment, Correction, Decisions, Deduction
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.pay_accounts import (
    ADVANCE,
    CORRECTION,
    DECIDED,
    DEDUCTION,
    DEPOSIT,
    DUE,
    FUND,
    HOSPITAL,
    OTHER_POOLS,
    PAID,
    RECEIVABLE,
)
from drgcalc.settlement.pay_findings import pay_finding
from drgcalc.settlement.pay_policy import ClearingRule
from drgcalc.settlement.payment_rows import Difference, Key, Payment, owing
from drgcalc.settlement.payments import between, in_month
from drgcalc.settlement.rows import Allocation, Posting

FULL = Decimal("1.0000")
SHARE_PLACES = 6
_SUMMED = (
    *("payable", "assessed", "shared", "decided", "transferred", "earlier"),
    *("violation", "over_budget"),
    *("monthly", "advance", "deposit", "clearing", "deposit_released"),
)
"""Columns of hospitals that a pool's row sums up."""


class Cleared(NamedTuple):
    """One hospital and pool in the year, yuan: base.payment_columns.CLEARING."""

    year: int
    pool: str
    hospital_id: str
    hospital_name: str
    payable: Decimal
    assessment: Decimal
    assessed: Decimal
    booked: Decimal
    shared: Decimal
    decided: Decimal
    transferred: Decimal
    violation: Decimal
    over_budget: Decimal
    monthly: Decimal
    advance: Decimal
    deposit: Decimal
    clearing: Decimal
    deposit_score: Decimal
    deposit_released: Decimal
    status: str
    earlier: Decimal = ZERO


class ClearedPool(NamedTuple):
    """One pool in the year: base.payment_columns.CLEARING_POOLS."""

    year: int
    pool: str
    payable: Decimal
    assessed: Decimal
    shared: Decimal
    decided: Decimal
    transferred: Decimal
    earlier: Decimal
    violation: Decimal
    over_budget: Decimal
    monthly: Decimal
    advance: Decimal
    deposit: Decimal
    paid_before: Decimal
    clearing: Decimal
    deposit_released: Decimal
    clearing_share: Decimal
    target: str
    deadline: str


@dataclass(frozen=True)
class Year:
    """What a year is cleared from.

    `allocations` are the year's, `methods` what others pay;
    `payments` the rows of its settled months; `decisions` those that count;
    `successors` have taken the place of hospitals that ended within it; `earlier` are the differences to closed years
    before it, those that its months have posted and those that are posted here.
    """

    year: int
    rule: ClearingRule
    allocations: Sequence[Allocation]
    methods: Sequence[MethodPayment]
    payments: Sequence[Payment]
    decisions: Decisions
    successors: Mapping[str, str]
    earlier: Sequence[Difference] = ()


@dataclass(frozen=True)
class Clearing:
    """A cleared year: one row a hospital and pool, one a pool, its postings, what there is to say, and the proof."""

    rows: tuple[Cleared, ...]
    pools: tuple[ClearedPool, ...]
    book: Book
    findings: tuple[Finding, ...]
    identities: tuple[Statement, ...]


def clear_year(year: Year) -> Clearing:
    """Clear a year. Raises RulesError when an assessment is missing that the policy requires."""
    before = _paid_before(year)
    owed = _owed(year)
    late = [(row.pool, _standing(year, row.hospital_id)) for row in year.earlier]
    keys = sorted({*owed, *before, *late, *_decided_keys(year)})
    scores = _assessments(year, keys)
    rows = tuple(_row(year, key, owed.get(key, _NO_ONE), before.get(key, _NOTHING), scores[key]) for key in keys)
    book = Book(tuple(posting for row in rows for posting in _postings(year, row)))
    pools = tuple(_pool(year, pool, rows) for pool in dict.fromkeys(row.pool for row in rows))
    findings = (*_missing(year, scores), *_findings(year, rows, pools))
    return Clearing(rows, pools, book, findings, _identities(year, rows, book))


class _Before(NamedTuple):
    """What a hospital's months have paid and hold."""

    monthly: Decimal
    deposit: Decimal


class _Owed(NamedTuple):
    """What the year is worth to a hospital, and what it booked."""

    name: str
    payable: Decimal
    booked: Decimal


_NOTHING, _NO_ONE = _Before(ZERO, ZERO), _Owed("", ZERO, ZERO)


class _Score(NamedTuple):
    score: Decimal
    deposit: Decimal
    source: str
    given: bool


def _standing(year: Year, hospital: str) -> str:
    return year.successors.get(hospital, hospital)


def _paid_before(year: Year) -> dict[Key, _Before]:
    """By pool and the hospital that stands at the end of the year."""
    found: dict[Key, list[Payment]] = {}
    for row in year.payments:
        found.setdefault((row.pool, _standing(year, row.hospital_id)), []).append(row)
    return {
        key: _Before(total([ZERO, *(row.paid for row in rows)]), total([ZERO, *(row.deposit for row in rows)]))
        for key, rows in found.items()
    }


def _decided_keys(year: Year) -> list[Key]:
    """Every pool and hospital that a decision of the year is about."""
    of, decisions = str(year.year), year.decisions
    single: list[Deduction | Correction | Advance] = [
        *decisions.deductions,
        *decisions.corrections,
        *decisions.advances,
    ]
    keys = [(row.pool, row.hospital_id) for row in single if in_month(row.decided_on, of)]
    for row in decisions.transfers:
        if in_month(row.decided_on, of):
            keys += [(row.from_pool, row.hospital_id), (row.to_pool, row.hospital_id)]
    return [(pool, _standing(year, hospital)) for pool, hospital in keys]


def _assessments(year: Year, keys: Sequence[Key]) -> dict[Key, _Score]:
    """The score of each: that of its pool before that of every pool."""
    known = {(row.pool, row.hospital_id): row for row in year.decisions.assessments if row.year == year.year}
    found: dict[Key, _Score] = {}
    for pool, hospital in keys:
        row = known.get((pool, hospital)) or known.get((None, hospital))
        if row is None and year.rule.missing_assessment.value == "required":
            raise RulesError(
                f"{year.year}: hospital {hospital} has no assessment, and the policy requires one",
                hint="add it to decisions/assessments.csv, or say missing_assessment = full_score in the policy",
            )
        found[pool, hospital] = _score(row, year.rule.missing_assessment.source)
    return found


def _score(row: Assessment | None, source: str) -> _Score:
    if row is None:
        return _Score(FULL, FULL, source, given=False)
    return _Score(row.score, row.score if row.deposit_score is None else row.deposit_score, row.source, given=True)


def _missing(year: Year, scores: Mapping[Key, _Score]) -> list[Finding]:
    """One finding, if there are assessments at all."""
    without = sorted({hospital for (_, hospital), score in scores.items() if not score.given})
    if not without or not any(row.year == year.year for row in year.decisions.assessments):
        return []
    message = f"{year.year}: {len(without)} hospitals have no assessment and are paid in full"
    return [pay_finding("P107", message, field="score", value=" ".join(without))]


def _owed(year: Year) -> dict[Key, _Owed]:
    """What points and other methods owe, by pool and the hospital that stands at the end of the year."""
    found: dict[Key, list[Allocation | MethodPayment]] = {}
    for row in owing(year.allocations, year.methods):
        found.setdefault((row.pool, _standing(year, row.hospital_id)), []).append(row)
    return {
        key: _Owed(rows[0].hospital_name, total(row.payable for row in rows), total(row.fund_booked for row in rows))
        for key, rows in found.items()
    }


def _row(year: Year, key: Key, owed: _Owed, before: _Before, score: _Score) -> Cleared:
    pool, hospital = key
    payable, booked = owed.payable, owed.booked
    assessed = round_half_up(multiply(payable, score.score), MONEY_PLACES)
    sharing = shared(assessed, booked, year.rule.sharing) if year.rule.sharing else ZERO
    of, decisions = str(year.year), year.decisions

    def decided(rows: Sequence[tuple[str, str, Decimal]]) -> Decimal:
        return total([ZERO, *(amount for name, code, amount in rows if (name, _standing(year, code)) == key)])

    def deducted(kind: str) -> Decimal:
        rows = (row for row in decisions.deductions if row.kind == kind and in_month(row.decided_on, of))
        return decided([(row.pool, row.hospital_id, row.amount) for row in rows])

    moved = [row for row in decisions.transfers if in_month(row.decided_on, of)]
    into = decided([(row.to_pool, row.hospital_id, row.amount) for row in moved])
    out = decided([(row.from_pool, row.hospital_id, row.amount) for row in moved])
    by_hand = [row for row in decisions.corrections if in_month(row.decided_on, of)]
    advances = [row for row in decisions.advances if in_month(row.decided_on, of)]
    corrected = decided([(row.pool, row.hospital_id, row.amount) for row in by_hand])
    advance = decided([(row.pool, row.hospital_id, row.amount) for row in advances])
    violation, over_budget = deducted("violation"), deducted("over_budget")
    earlier = decided([(row.pool, row.hospital_id, row.payable) for row in year.earlier])
    worth = total((assessed, sharing, corrected, into, earlier))
    clearing = less(worth, out, violation, over_budget, before.monthly, advance, before.deposit)
    return Cleared(
        year=year.year,
        pool=pool,
        hospital_id=hospital,
        hospital_name=owed.name,
        payable=payable,
        assessment=score.score,
        assessed=assessed,
        booked=booked,
        shared=sharing,
        decided=corrected,
        transferred=less(into, out),
        violation=violation,
        over_budget=over_budget,
        monthly=before.monthly,
        advance=advance,
        deposit=before.deposit,
        clearing=clearing,
        deposit_score=score.deposit,
        deposit_released=round_half_up(multiply(before.deposit, score.deposit), MONEY_PLACES),
        status="pay" if clearing > 0 else "recover" if clearing < 0 else "settled",
        earlier=earlier,
    )


def _postings(year: Year, row: Cleared) -> list[Posting]:
    """A hospital's year as postings: its explanation and its reconciliation."""
    key, policy = (row.pool, row.hospital_id), year.rule.missing_assessment.source
    sharing = year.rule.sharing.base.source if year.rule.sharing else policy
    words = f"payable {row.payable} × {row.assessment}"
    of_fund, of_hospital = (FUND, False), (HOSPITAL, True)
    forfeited = less(row.deposit, row.deposit_released)
    moves = (
        ("due", (DUE, False), of_hospital, row.payable, f"payable of {row.year}", policy),
        ("assessment", of_hospital, of_fund, less(row.payable, row.assessed), words, policy),
        ("sharing", of_fund, of_hospital, row.shared, f"booked {row.booked}, assessed {row.assessed}", sharing),
        ("decided", (DECIDED, False), of_hospital, row.decided, f"decided in {row.year}", policy),
        ("difference", (CORRECTION, False), of_hospital, row.earlier, "differences to closed years", policy),
        ("transfer", (OTHER_POOLS, False), of_hospital, row.transferred, f"moved in {row.year}", policy),
        ("deduction", of_hospital, (f"{DEDUCTION}violation", True), row.violation, f"violations {row.year}", policy),
        ("deduction", of_hospital, (f"{DEDUCTION}over_budget", True), row.over_budget, f"over {row.year}", policy),
        ("paid_before", of_hospital, (PAID, True), row.monthly, f"months of {row.year}", policy),
        ("advance", of_hospital, (ADVANCE, True), row.advance, f"advances of {row.year} recovered", policy),
        ("deposit", of_hospital, (DEPOSIT, True), row.deposit, "deposits held, returned apart", policy),
        ("deposit", (DEPOSIT, True), (PAID, True), row.deposit_released, f"× {row.deposit_score} released", policy),
        ("deposit", (DEPOSIT, True), of_fund, forfeited, "not released", policy),
        ("payment", of_hospital, (PAID, True), max(row.clearing, ZERO), "clearing", policy),
        ("payment", of_hospital, (RECEIVABLE, True), min(row.clearing, ZERO), "to be recovered", policy),
    )
    return [
        posting
        for step, giver, taker, amount, why, source in moves
        for posting in between(step, key, giver, taker, amount, why, source)
    ]


def _pool(year: Year, pool: str, rows: Sequence[Cleared]) -> ClearedPool:
    own = [row for row in rows if row.pool == pool]
    sums = {name: total([ZERO, *(getattr(row, name) for row in own)]) for name in _SUMMED}
    before = total((sums["monthly"], sums["advance"]))
    whole = total((before, sums["clearing"], sums["deposit_released"]))
    share = divide(sums["clearing"] if whole else ZERO, whole or FULL, SHARE_PLACES)
    deadline = year.rule.deadline
    return ClearedPool(
        year=year.year,
        pool=pool,
        **sums,
        paid_before=before,
        clearing_share=share,
        target=target(year.rule, share, any_month=bool(year.payments)),
        deadline=f"{deadline.day} ({deadline.source})" if deadline else "",
    )


def _identities(year: Year, rows: Sequence[Cleared], book: Book) -> tuple[Statement, ...]:
    """Steps sum to zero; clearing + months + advances + deposits + deductions = the year's worth; nothing is left."""
    found = [
        statement(f"step {step}", pool, ZERO, amount, "the postings of a step sum to zero")
        for (step, pool), amount in book.step_sums().items()
    ]
    across = total([ZERO, *(row.transferred for row in rows)])
    found.append(statement("transfers", "", ZERO, across, "what pools give to each other is nothing together"))
    for pool in dict.fromkeys(row.pool for row in rows):
        own = [row for row in rows if row.pool == pool]
        worth = total([ZERO, *(part for row in own for part in _worth(row))])
        parts = total([ZERO, *(part for row in own for part in _parts(row))])
        payable = total([ZERO, *(row.payable for row in owing(year.allocations, year.methods) if row.pool == pool)])
        cleared = total([ZERO, *(row.payable for row in own)])
        found += [
            statement("annual payable", pool, payable, cleared, "every hospital's payable is cleared"),
            statement(
                "clearing", pool, worth, parts, "clearing, months, advances, deposits and deductions are the year"
            ),
            statement("cleared", pool, ZERO, book.balance(pool, HOSPITAL), "nothing is left on the way"),
        ]
    return tuple(found)


def _worth(row: Cleared) -> tuple[Decimal, ...]:
    return (row.assessed, row.shared, row.decided, row.transferred, row.earlier)


def _parts(row: Cleared) -> tuple[Decimal, ...]:
    return (row.clearing, row.monthly, row.advance, row.deposit, row.violation, row.over_budget)


def _findings(year: Year, rows: Sequence[Cleared], pools: Sequence[ClearedPool]) -> list[Finding]:
    found = [
        pay_finding(
            "P108", f"{row.year}, pool {row.pool}: {row.hospital_id} gives back {less(ZERO, row.clearing):,} yuan"
        )
        for row in rows
        if row.clearing < 0
    ]
    sharing = year.rule.sharing
    for row in rows:
        base = row.assessed if sharing and sharing.base.value == "payable" else row.booked
        if sharing and base <= 0 and row.assessed != row.booked:
            message = f"pool {row.pool}: {row.hospital_id} has booked {row.booked:,} and is due {row.assessed:,} yuan"
            found.append(pay_finding("P109", message))
    found += [
        pay_finding(
            "P106", f"{pool.year}, pool {pool.pool}: the clearing share is {pool.clearing_share}; {pool.target}"
        )
        for pool in pools
        if year.payments and not meets(year.rule, pool.clearing_share)
    ]
    return found
