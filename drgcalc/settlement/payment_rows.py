"""What a month's postings come to, one row a hospital and pool, and the proof that nothing is lost on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from drgcalc.base.money import total
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.pay_accounts import (
    CARRIED,
    DEDUCTION,
    DEFERRED,
    DEPOSIT,
    HOSPITAL,
    OTHER_POOLS,
    OWED,
    PAID,
    RECEIVABLE,
    RETAINED,
)
from drgcalc.settlement.rows import Allocation

Key: TypeAlias = tuple[str, str]
"""Pool and hospital."""

Balances: TypeAlias = Mapping[tuple[str, str, str | None], Decimal]
"""What each pool, account and hospital holds, yuan."""


class Difference(NamedTuple):
    """What a closed period owes a hospital beyond what was posted for it, and why: base.payment_columns.DIFFERENCES."""

    corrects: str
    cause: str
    pool: str
    hospital_id: str
    payable: Decimal
    retained: Decimal


class Payment(NamedTuple):
    """One hospital and pool in the month, yuan: base.payment_columns.PAYMENTS."""

    period: str
    pool: str
    hospital_id: str
    hospital_name: str
    opening: Decimal
    payable: Decimal
    corrections: Decimal
    retained: Decimal
    deferred: Decimal
    deposit: Decimal
    violation: Decimal
    over_budget: Decimal
    decided: Decimal
    transferred: Decimal
    carried_in: Decimal
    carried_out: Decimal
    advance: Decimal
    paid: Decimal
    closing: Decimal


def together(found: Iterable[Balances]) -> Balances:
    """What every (pool, account, hospital) holds after several books, whose balances these are."""
    parts: defaultdict[tuple[str, str, str | None], list[Decimal]] = defaultdict(list)
    for balances in found:
        for key, amount in balances.items():
            parts[key].append(amount)
    return {key: total(amounts) for key, amounts in parts.items()}


def owing(allocations: Iterable[Allocation], methods: Iterable[MethodPayment]) -> list[Allocation | MethodPayment]:
    """Everything that owes a hospital something: points, then other methods."""
    return [*allocations, *methods]


def payment_rows(period: str, names: Mapping[Key, str], before: Balances, book: Book) -> tuple[Payment, ...]:
    """One row for every hospital that is due something, was owed something or is posted to, by pool and code.

    `names` are those of the hospitals that are settled in the month, zero or not; `before` are the balances that its
    own steps start from, mergers done.
    """
    of: defaultdict[Key, defaultdict[tuple[str, str], list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for posting in book.postings:
        if posting.hospital_id is not None:
            of[posting.pool, posting.hospital_id][posting.step, posting.account].append(posting.amount)
    keys = {*of, *names}
    keys |= {(pool, hospital) for (pool, account, hospital), amount in before.items() if hospital and amount}
    return tuple(_row(period, key, names.get(key, ""), before, of[key]) for key in sorted(keys))


def _row(
    period: str,
    key: Key,
    name: str,
    before: Balances,
    of: Mapping[tuple[str, str], Sequence[Decimal]],
) -> Payment:
    def moved(step: str, *accounts: str) -> Decimal:
        parts = [part for account in accounts for part in of.get((step, account), ())]
        return total([ZERO, *parts]) if parts else ZERO

    opening = total([ZERO, *(before.get((key[0], account, key[1]), ZERO) for account in OWED)])
    own = [part for (step, account), parts in of.items() if step != "merger" and account in OWED for part in parts]
    return Payment(
        period=period,
        pool=key[0],
        hospital_id=key[1],
        hospital_name=name,
        opening=opening,
        payable=moved("due", HOSPITAL, RETAINED),
        corrections=moved("difference", HOSPITAL, RETAINED),
        retained=total((moved("due", RETAINED), moved("difference", RETAINED))),
        deferred=moved("deferral", DEFERRED),
        deposit=moved("deposit", DEPOSIT),
        violation=moved("deduction", f"{DEDUCTION}violation"),
        over_budget=moved("deduction", f"{DEDUCTION}over_budget"),
        decided=moved("decided", HOSPITAL),
        transferred=moved("transfer", HOSPITAL),
        carried_in=less(ZERO, *(part for part in of.get(("carry", CARRIED), ()) if part > 0)),
        carried_out=total(
            [ZERO, *(part for name in (CARRIED, RECEIVABLE) for part in of.get(("carry", name), ()) if part < 0)]
        ),
        advance=moved("advance", PAID),
        paid=moved("payment", PAID),
        closing=total([opening, *own]),
    )


def payment_identities(rows: Sequence[Payment], book: Book) -> tuple[Statement, ...]:
    """Steps sum to zero; what was declared went somewhere; opening + billed − received − deductions = closing."""
    found = [
        statement(f"step {step}", pool, ZERO, amount, "the postings of a step sum to zero")
        for (step, pool), amount in book.step_sums().items()
    ]
    across = total([ZERO, *(posting.amount for posting in book.postings if posting.account == OTHER_POOLS)])
    found.append(statement("transfers", "", ZERO, across, "what pools give to each other is nothing together"))
    for pool in dict.fromkeys(row.pool for row in rows):
        own = [row for row in rows if row.pool == pool]
        declared = [(_declared(row), _disposed(row)) for row in own]
        owed = [(_expected_closing(row), row.closing) for row in own]
        found.append(_over(pool, "declared", declared, "declared is paid, held back, deferred or taken"))
        found.append(_over(pool, "receivable", owed, "what is owed goes on"))
        found += [
            statement(f"declared of {row.hospital_id}", pool, *parts, "declared went somewhere")
            for row, parts, closing in zip(own, declared, owed, strict=True)
            if parts[0] != parts[1] or closing[0] != closing[1]
        ]
    return tuple(found)


def _over(pool: str, name: str, amounts: Sequence[tuple[Decimal, Decimal]], words: str) -> Statement:
    """What the hospitals of a pool are expected to have together, and have."""
    expected, found = (total([ZERO, *side]) for side in zip(*amounts, strict=True))
    return statement(name, pool, expected, found, words)


def _declared(row: Payment) -> Decimal:
    return total((row.payable, row.corrections, row.decided, row.transferred, row.carried_in))


def _disposed(row: Payment) -> Decimal:
    held = (row.retained, row.deferred, row.deposit, row.violation, row.over_budget)
    return total((*held, row.carried_out, row.paid))


def _expected_closing(row: Payment) -> Decimal:
    billed = total((row.payable, row.corrections, row.decided, row.transferred))
    return less(total((row.opening, billed)), row.paid, row.violation, row.over_budget)
