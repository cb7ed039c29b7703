"""The conservation statement of a pool: what came in is what hospitals and others have, to the fen.

It is read from the book alone: every posting moves money between two accounts, so all balances together are zero, and
what the sources gave is what the others hold. An account nobody has foreseen is a line of its own, never left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import total
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ACCOUNTS, STEPS, ZERO, Account, Book, less
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation, PoolLine

SOURCES = ("income", "surplus/", "deficit", "budget_adjustment")
"""Accounts that money comes from: their balances are below zero by what they gave."""
CLOSING = "closing"
FROM, TO = "from", "to"


class ConservationLine(NamedTuple):
    """One line of a statement, yuan: base.columns.CONSERVATION. side: `from` gives, `to` receives."""

    period: str
    pool: str
    line: int
    side: str
    account: str
    label: str
    amount: Decimal


class Conservation(NamedTuple):
    """One pool: its lines, the sums of both sides, how what points left over was closed, and what proves it."""

    pool: str
    lines: tuple[ConservationLine, ...]
    given: Decimal
    received: Decimal
    closing: tuple[str, ...]
    proofs: tuple[Statement, ...]


def conservation(
    period: str, pool: str, book: Book, lines: Sequence[PoolLine], allocations: Sequence[Allocation | MethodPayment]
) -> Conservation:
    """The statement of one pool from a published ledger; waterfall and allocations must say the same.

    `allocations` are what points owe hospitals, and what methods beside points owe them.

    Hospitals are one line an account, so that nothing about a single one is told.
    """
    balances = _by_account(pool, book)
    sources = {name: amount for name, amount in balances.items() if _is_source(name) and amount}
    others = {name: amount for name, amount in balances.items() if not _is_source(name) and amount}
    sides = [(FROM, name, less(ZERO, amount)) for name, amount in sources.items()]
    sides += [(TO, name, amount) for name, amount in others.items()]
    given, received = less(ZERO, *sources.values()), total([ZERO, *others.values()])
    rows = (
        ConservationLine(period, pool, number, side, name, _label(name), amount)
        for number, (side, name, amount) in enumerate(sides, start=1)
    )
    return Conservation(
        pool=pool,
        lines=tuple(rows),
        given=given,
        received=received,
        closing=_closing(pool, book),
        proofs=(
            statement("conservation", pool, given, received, "what was given is what hospitals and others have"),
            *_same_elsewhere(pool, book, lines, allocations),
        ),
    )


def _same_elsewhere(
    pool: str, book: Book, lines: Sequence[PoolLine], allocations: Sequence[Allocation | MethodPayment]
) -> tuple[Statement, ...]:
    """Waterfall and allocations against the book."""
    allocated = total([ZERO, *(row.payable for row in allocations if row.pool == pool)])
    posted = total([ZERO, *(row.amount for row in book.postings if row.pool == pool and row.hospital_id)])
    own = [line for line in lines if line.pool == pool]
    moved = total([ZERO, *(line.amount for line in own if line.kind in ("input", "deduction", "draw"))])
    result = total([ZERO, *(line.amount for line in own if line.kind == "result")])
    return (
        statement("hospitals", pool, allocated, posted, "hospitals have in the ledger what they are allocated"),
        statement("waterfall", pool, moved, result, "collections less deductions with draws is the pool"),
    )


def _by_account(pool: str, book: Book) -> dict[str, Decimal]:
    """The balance of every account of a pool, in the order of ACCOUNTS, those of hospitals together."""
    amounts: dict[str, list[Decimal]] = {}
    for posting in book.postings:
        if posting.pool == pool:
            amounts.setdefault(posting.account, []).append(posting.amount)
    known = [account.name for account in ACCOUNTS]
    ordered = sorted(amounts, key=lambda name: (_place(name, known), name))
    return {name: total(amounts[name]) for name in ordered}


def _place(name: str, known: Sequence[str]) -> int:
    account = _account(name)
    return known.index(account.name) if account else len(known)


def _is_source(name: str) -> bool:
    account = _account(name)
    return account is not None and account.name in SOURCES


def _account(name: str) -> Account | None:
    """The account of that name, or the family it belongs to."""
    family = f"{name.partition('/')[0]}/"
    return next((account for account in ACCOUNTS if account.name in (name, family)), None)


def _label(name: str) -> str:
    account = _account(name)
    item = name.partition("/")[2]
    return " ".join(filter(None, (account.chinese if account else "", item))) or name


def _closing(pool: str, book: Book) -> tuple[str, ...]:
    """What the ledger says about what points left over, each once; empty when they left nothing."""
    step = next(step.name for step in STEPS if step.name == CLOSING)
    own = (row for row in book.postings if row.pool == pool and row.step == step and row.account != "payable_pool")
    return tuple(dict.fromkeys(f"{row.explanation} ({row.source})" for row in own))
