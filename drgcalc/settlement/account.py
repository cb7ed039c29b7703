"""A hospital's account from what is payable to what is still due, part by part: each list of parts adds up to the fen.

Month: owed before + payable + differences − deductions − sent = still due. Year: payable − assessment + sharing and
decisions − deductions − months − advances − deposits − clearing = still due, which is nothing, or what is to be
recovered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import total
from drgcalc.settlement.clearing import Cleared
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.pay_accounts import ADVANCE, OWED
from drgcalc.settlement.payment_rows import Payment, together

PAYABLE, STILL_DUE = "payable", "still_due"


class Part(NamedTuple):
    """One part of a hospital's account in one pool, signed, yuan; the last one of a pool is what the others come to."""

    pool: str
    item: str
    amount: Decimal


class Held(NamedTuple):
    """What one account of a hospital holds before and after a month, yuan. Advances are below zero: not yet recovered.

    account: one of pay_accounts.OWED, or the advance account.
    """

    pool: str
    account: str
    before: Decimal
    change: Decimal
    after: Decimal


def unpaid_parts(pool: str, payable: Decimal) -> tuple[Part, ...]:
    """Nothing is known to be paid: all that is payable is still due."""
    return (Part(pool, PAYABLE, payable), Part(pool, STILL_DUE, payable))


def month_parts(row: Payment) -> tuple[Part, ...]:
    """A paid month; the payable is always there, other parts where they are not zero."""
    return _parts(
        row.pool,
        {
            "owed_before": row.opening,
            PAYABLE: row.payable,
            "corrections": row.corrections,
            "decided": row.decided,
            "transferred": row.transferred,
            "violation": less(ZERO, row.violation),
            "over_budget": less(ZERO, row.over_budget),
            "sent": less(ZERO, row.paid),
        },
        row.closing,
    )


def year_parts(row: Cleared) -> tuple[Part, ...]:
    """A cleared year, its months included."""
    return _parts(
        row.pool,
        {
            PAYABLE: row.payable,
            "assessment": less(row.assessed, row.payable),
            "shared": row.shared,
            "corrections": row.earlier,
            "decided": row.decided,
            "transferred": row.transferred,
            "violation": less(ZERO, row.violation),
            "over_budget": less(ZERO, row.over_budget),
            "deposit_kept": less(row.deposit_released, row.deposit),
            "monthly": less(ZERO, row.monthly),
            "advance": less(ZERO, row.advance),
            "deposit_released": less(ZERO, row.deposit_released),
            "clearing": less(ZERO, max(row.clearing, ZERO)),
        },
        min(row.clearing, ZERO),
    )


def _parts(pool: str, parts: dict[str, Decimal], due: Decimal) -> tuple[Part, ...]:
    shown = (Part(pool, item, amount) for item, amount in parts.items() if amount or item == PAYABLE)
    return (*shown, Part(pool, STILL_DUE, due))


def held(hospital_ids: Iterable[str], before: Sequence[Book], book: Book) -> tuple[Held, ...]:
    """What the accounts of a hospital (and those that became part of it) hold before a month and after it.

    `before` are the payments books of the months before it, `book` its own. Accounts that stay empty are left out.
    """
    own = frozenset(hospital_ids)
    opening = together(earlier.balances() for earlier in before)
    closing = together((opening, book.balances()))
    pools = dict.fromkeys(pool for pool, _, hospital in closing if hospital in own)
    found = []
    for pool in pools:
        for account in (*OWED, ADVANCE):
            then, now = (
                total([ZERO, *(known.get((pool, account, hospital), ZERO) for hospital in sorted(own))])
                for known in (opening, closing)
            )
            if then or now:
                found.append(Held(pool, account, then, less(now, then), now))
    return tuple(found)


def part_identities(parts: Iterable[Part]) -> tuple[Statement, ...]:
    """In every pool the parts come to what is still due."""
    rows = list(parts)
    found = []
    for pool in dict.fromkeys(row.pool for row in rows):
        own = [row for row in rows if row.pool == pool]
        known = total([ZERO, *(row.amount for row in own if row.item != STILL_DUE)])
        due = total([ZERO, *(row.amount for row in own if row.item == STILL_DUE)])
        found.append(statement("account", pool, due, known, "the parts come to what is still due"))
    return tuple(found)
