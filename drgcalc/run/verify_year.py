"""What `drgcalc verify` recomputes of payments and clearing: the ledgers, and the rows against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from drgcalc.base.money import total
from drgcalc.run.published import read_allocations, read_book, read_method_payments
from drgcalc.run.year import CLEARING_LEDGER, PAYMENTS_LEDGER, read_cleared, read_payments
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, Book
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.pay_accounts import PAID, RECEIVABLE
from drgcalc.settlement.payment_rows import payment_identities
from drgcalc.settlement.rows import Allocation

Row = TypeVar("Row")


def year_identities(folder: Path) -> Iterator[Statement]:
    """The identities of payments and clearing of a published version, over what is published; none without them."""
    owed: list[Allocation | MethodPayment] = [*read_allocations(folder), *read_method_payments(folder)]
    payable = dict.fromkeys(row.pool for row in owed)
    if (folder / PAYMENTS_LEDGER).is_file():
        rows, book = read_payments(folder), read_book(folder, PAYMENTS_LEDGER)
        yield from payment_identities(rows, book)
        for pool in payable:
            own = [row for row in rows if row.pool == pool]
            sent = _posted(book, pool, "payment", PAID)
            yield statement("paid", pool, sent, _sum(own, lambda row: row.paid), "what is sent is posted")
            due = total([ZERO, *(row.payable for row in owed if row.pool == pool)])
            yield statement("due", pool, due, _sum(own, lambda row: row.payable), "what is payable is due")
    if (folder / CLEARING_LEDGER).is_file():
        cleared = read_cleared(folder)
        book = read_book(folder, CLEARING_LEDGER)
        for (step, pool), amount in book.step_sums().items():
            yield statement(f"step {step}", pool, ZERO, amount, "the postings of a step sum to zero")
        for pool in payable:
            of_pool = [row for row in cleared if row.pool == pool]
            posted = total((_posted(book, pool, "payment", PAID), _posted(book, pool, "payment", RECEIVABLE)))
            yield statement("clearing", pool, posted, _sum(of_pool, lambda row: row.clearing), "clearing is posted")


def _posted(book: Book, pool: str, step: str, account: str) -> Decimal:
    found = (row.amount for row in book.postings if (row.pool, row.step, row.account) == (pool, step, account))
    return total([ZERO, *found])


def _sum(rows: Sequence[Row], take: Callable[[Row], Decimal]) -> Decimal:
    return total([ZERO, *map(take, rows)])
