"""Paying a month: from what hospitals are due to what is sent, carried, held back and owed. Every step sums to zero.

month = payable × advance ratio − deposit − deductions, with differences to closed months, transfers and what earlier
months left below zero. What a year's months are is read from their postings, so a month needs no state of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from drgcalc.base.errors import Finding
from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.decisions import Advance, Decisions
from drgcalc.settlement.identities import Statement
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.pay_accounts import (
    ADVANCE,
    CARRIED,
    CORRECTION,
    DECIDED,
    DEDUCTION,
    DEFERRED,
    DEPOSIT,
    DUE,
    HOSPITAL,
    OTHER_POOLS,
    OWED,
    PAID,
    RECEIVABLE,
    RETAINED,
)
from drgcalc.settlement.pay_findings import pay_finding
from drgcalc.settlement.pay_policy import PaymentRule
from drgcalc.settlement.payment_rows import (
    Balances,
    Difference,
    Key,
    Payment,
    owing,
    payment_identities,
    payment_rows,
    together,
)
from drgcalc.settlement.rows import Allocation, Posting


@dataclass(frozen=True)
class Month:
    """What a month is paid from. `successors` have taken the place of hospitals that ended by its last day.

    `allocations` are its own, `methods` what others pay;
    `before` what the payments books of the year's earlier months hold together; `decisions` those that count.
    """

    period: str
    rule: PaymentRule
    allocations: Sequence[Allocation]
    methods: Sequence[MethodPayment]
    differences: Sequence[Difference]
    decisions: Decisions
    successors: Mapping[str, str]
    before: Balances
    pools: Mapping[str, Decimal]
    """The year's pool of each, which the advance limit is taken of; empty when not known."""


@dataclass(frozen=True)
class PaidMonth:
    """A paid month: one row a hospital and pool, its postings, what there is to say, and the proof."""

    rows: tuple[Payment, ...]
    book: Book
    findings: tuple[Finding, ...]
    identities: tuple[Statement, ...]


def pay_month(month: Month) -> PaidMonth:
    """Pay one month. Pure; raises nothing for what data can hold."""
    opening = month.before
    postings = list(_mergers(month, opening))
    after = together((opening, Book(tuple(postings)).balances())) if postings else opening
    for step in _STEPS:
        postings += list(step(month, Accounts(after, postings)))
    book = Book(tuple(postings))
    names = {(row.pool, row.hospital_id): row.hospital_name for row in month.allocations}
    rows = payment_rows(month.period, names, after, book)
    return PaidMonth(rows, book, _findings(month, rows), payment_identities(rows, book))


class Accounts:
    """Balances a step starts from: those before the month, and what the month's own steps have posted so far."""

    def __init__(self, before: Balances, postings: Sequence[Posting]) -> None:
        self.before = before
        self._postings = postings

    def on_the_way(self) -> dict[Key, Decimal]:
        """What is on its way to each hospital, by pool and hospital."""
        found: defaultdict[Key, list[Decimal]] = defaultdict(list)
        for posting in self._postings:
            if posting.account == HOSPITAL and posting.hospital_id is not None:
                found[posting.pool, posting.hospital_id].append(posting.amount)
        return {key: total(found[key]) for key in sorted(found)}


def between(
    step: str, key: Key, giver: tuple[str, bool], taker: tuple[str, bool], amount: Decimal, words: str, source: str
) -> list[Posting]:
    """Two postings that move `amount` in one pool; the flags say whether an account is the hospital's."""
    if not amount:
        return []
    pool, hospital = key
    return [
        Posting(step, pool, account, hospital if own else None, part, words, source)
        for (account, own), part in ((giver, less(ZERO, amount)), (taker, amount))
    ]


def _standing(month: Month, hospital: str) -> str:
    return month.successors.get(hospital, hospital)


def _mergers(month: Month, opening: Balances) -> Iterable[Posting]:
    """Accounts of hospitals that have ended go over whole; those moved in an earlier month are empty by now."""
    sources = {row.hospital_id: row.source for row in month.decisions.mergers}
    for (pool, account, hospital), amount in sorted(opening.items(), key=lambda item: tuple(map(str, item[0]))):
        if hospital is None or hospital not in month.successors or account not in (*OWED, ADVANCE, PAID):
            continue
        heir, source = month.successors[hospital], sources.get(hospital, "")
        words = f"{hospital} is merged into {heir}"
        if amount:
            yield Posting("merger", pool, account, hospital, less(ZERO, amount), words, source)
            yield Posting("merger", pool, account, heir, amount, words, source)


def _due(month: Month, _: Accounts) -> Iterable[Posting]:
    source = month.rule.negative.source
    for row in owing(month.allocations, month.methods):
        key = row.pool, _standing(month, row.hospital_id)
        of = f" by {row.method}" if isinstance(row, MethodPayment) else ""
        words = f"payable of {month.period}{of}: {row.payable}"
        yield from between("due", key, (DUE, False), (HOSPITAL, True), row.unretained, words, source)
        yield from between("due", key, (DUE, False), (RETAINED, True), row.retained, f"{words}, retained", source)


def _differences(month: Month, _: Accounts) -> Iterable[Posting]:
    for row in sorted(month.differences):
        key = row.pool, _standing(month, row.hospital_id)
        of = "" if key[1] == row.hospital_id else f" of {row.hospital_id}"
        words = f"corrects {row.corrects}{of}: {row.cause}"
        now = less(row.payable, row.retained)
        yield from between("difference", key, (CORRECTION, False), (HOSPITAL, True), now, words, row.cause)
        yield from between("difference", key, (CORRECTION, False), (RETAINED, True), row.retained, words, row.cause)


def _deferral(month: Month, _: Accounts) -> Iterable[Posting]:
    limit = month.rule.defer_above
    if limit is None:
        return
    for row in month.allocations:
        most = round_half_up(multiply(limit.value, row.fund_booked), MONEY_PLACES)
        above = min(less(row.payable, max(most, ZERO)), row.unretained)
        if above > 0:
            words = f"payable {row.payable} above {limit.value} × booked {row.fund_booked}"
            key = row.pool, row.hospital_id
            yield from between("deferral", key, (HOSPITAL, True), (DEFERRED, True), above, words, limit.source)


def _deposit(month: Month, accounts: Accounts) -> Iterable[Posting]:
    rule = month.rule.deposit
    if rule is None:
        return
    for key, amount in accounts.on_the_way().items():
        held = round_half_up(multiply(rule.ratio.value, max(amount, ZERO)), MONEY_PLACES)
        words = f"{rule.ratio.value} × {amount}"
        yield from between("deposit", key, (HOSPITAL, True), (DEPOSIT, True), held, words, rule.ratio.source)


def _deductions(month: Month, _: Accounts) -> Iterable[Posting]:
    for row in month.decisions.deductions:
        if in_month(row.decided_on, month.period):
            key = row.pool, _standing(month, row.hospital_id)
            about = f" about {row.month}" if row.month else ""
            words = f"{row.notice}{about}: {row.reason}"
            taker = f"{DEDUCTION}{row.kind}"
            yield from between("deduction", key, (HOSPITAL, True), (taker, True), row.amount, words, row.source)


def _decided(month: Month, _: Accounts) -> Iterable[Posting]:
    for row in month.decisions.corrections:
        if in_month(row.decided_on, month.period):
            key = row.pool, _standing(month, row.hospital_id)
            words = f"{row.notice} corrects {row.month}: {row.cause}: {row.reason}"
            yield from between("decided", key, (DECIDED, False), (HOSPITAL, True), row.amount, words, row.source)


def _transfers(month: Month, _: Accounts) -> Iterable[Posting]:
    for row in month.decisions.transfers:
        if in_month(row.decided_on, month.period):
            hospital = _standing(month, row.hospital_id)
            words = f"{row.notice}: from {row.from_pool} to {row.to_pool}: {row.reason}"
            out, into = (row.from_pool, hospital), (row.to_pool, hospital)
            yield from between("transfer", out, (HOSPITAL, True), (OTHER_POOLS, False), row.amount, words, row.source)
            yield from between("transfer", into, (OTHER_POOLS, False), (HOSPITAL, True), row.amount, words, row.source)


def _carry_in(month: Month, accounts: Accounts) -> Iterable[Posting]:
    source = month.rule.negative.source
    for (pool, account, hospital), amount in sorted(accounts.before.items(), key=lambda item: tuple(map(str, item[0]))):
        if account == CARRIED and hospital is not None:
            words = "left below zero by earlier months"
            yield from between("carry", (pool, hospital), (CARRIED, True), (HOSPITAL, True), amount, words, source)


def _carry_out(month: Month, accounts: Accounts) -> Iterable[Posting]:
    taker = CARRIED if month.rule.negative.value == "carry" else RECEIVABLE
    source, words = month.rule.negative.source, f"below zero in {month.period}"
    for key, amount in accounts.on_the_way().items():
        if amount < 0:
            yield from between("carry", key, (HOSPITAL, True), (taker, True), amount, words, source)


def _advances(month: Month, _: Accounts) -> Iterable[Posting]:
    for row in _paid_advances(month):
        key, words = (row.pool, _standing(month, row.hospital_id)), f"{row.notice}: {row.kind}"
        yield from between("advance", key, (ADVANCE, True), (PAID, True), row.amount, words, row.source)


def _paid_advances(month: Month) -> list[Advance]:
    return [row for row in month.decisions.advances if in_month(row.decided_on, month.period)]


def _payment(month: Month, accounts: Accounts) -> Iterable[Posting]:
    source = month.rule.negative.source
    for key, amount in accounts.on_the_way().items():
        yield from between("payment", key, (HOSPITAL, True), (PAID, True), amount, f"sent for {month.period}", source)


_STEPS: tuple[Callable[[Month, Accounts], Iterable[Posting]], ...] = (
    _due,
    _differences,
    _deferral,
    _deposit,
    _deductions,
    _decided,
    _transfers,
    _carry_in,
    _carry_out,
    _advances,
    _payment,
)
"""The order in which a month is paid."""


def in_month(day: object, period: str) -> bool:
    """Whether a date lies in the month YYYY-MM, or the year YYYY."""
    return str(day).startswith(period)


def _findings(month: Month, rows: Sequence[Payment]) -> tuple[Finding, ...]:
    found = [
        pay_finding(
            "P101", f"{month.period}, pool {row.pool}: {row.hospital_id} is {row.carried_out:,} yuan below zero"
        )
        for row in rows
        if row.carried_out < 0
    ]
    limit, year = month.rule.advance_limit, month.period[:4]
    for pool, annual in sorted(month.pools.items()) if limit else ():
        own = [row.amount for row in month.decisions.advances if row.pool == pool and in_month(row.decided_on, year)]
        given = total([ZERO, *own])
        most = round_half_up(multiply(limit.value, annual), MONEY_PLACES) if limit else ZERO
        if given > most:
            found.append(pay_finding("P102", f"pool {pool}: advances of {given:,} yuan, the limit is {most:,}"))
    return tuple(found)
