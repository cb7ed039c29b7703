"""What was sent to a hospital and what is still due, out of the published payments and clearing ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, groupby
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import UnbalancedError
from drgcalc.base.money import total
from drgcalc.report.statement_model import MonthLine, StatementLine
from drgcalc.run.closed import standing_version
from drgcalc.run.differences import months_before
from drgcalc.run.period import Period
from drgcalc.run.published import read_book
from drgcalc.run.region import Region
from drgcalc.run.year import CLEARING_LEDGER, PAYMENTS_LEDGER, read_cleared, read_payments
from drgcalc.settlement.account import PAYABLE, Held, Part, held, month_parts, part_identities, unpaid_parts, year_parts
from drgcalc.settlement.clearing import Cleared
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.pay_accounts import ADVANCE, HOSPITAL
from drgcalc.settlement.payment_rows import Payment
from drgcalc.settlement.rows import Posting

_NOT_PAID = "the policy in force has no [policy.{}]: the statement ends at what is payable"


class HospitalAccount(NamedTuple):
    """The second half of a statement: report.statement_model.Statement says what each part is."""

    payments: tuple[StatementLine, ...]
    held: tuple[Held, ...]
    months: tuple[MonthLine, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


def account_of(
    region: Region, version: Path, period: Period, hospital_id: str, payable: Mapping[str, Decimal]
) -> HospitalAccount:
    """A hospital's way from `payable` (by pool) to money in a published version.

    `region` is as the version was settled with, its `out` the folder of versions. Raises UnbalancedError when the
    ledgers and the rows of the version do not say the same.
    """
    if (version / PAYMENTS_LEDGER).is_file():
        found, proofs = _of_month(region, version, period, hospital_id)
    elif (version / CLEARING_LEDGER).is_file():
        found, proofs = _of_year(region, version, period, hospital_id)
    else:
        parts = tuple(part for pool, amount in payable.items() for part in unpaid_parts(pool, amount))
        note = _NOT_PAID.format("payment" if period.is_month else "clearing")
        found, proofs = HospitalAccount((), (), (), parts, (note,)), ()
    due = {part.pool: part.amount for part in found.parts if part.item == PAYABLE}
    _prove(hospital_id, (*proofs, *part_identities(found.parts), *_same_payable(payable, due)))
    return found


def posted_lines(postings: Iterable[Posting]) -> Iterator[StatementLine]:
    """Postings by pool, each with the balance after it."""
    for _, rows in groupby(sorted(postings, key=lambda row: row.pool), key=lambda row: row.pool):
        of_pool = list(rows)
        balances = accumulate((row.amount for row in of_pool), lambda one, other: total((one, other)))
        yield from (
            StatementLine(row.pool, row.step, row.account, row.amount, balance, row.explanation, row.source)
            for row, balance in zip(of_pool, balances, strict=True)
        )


def _of_month(
    region: Region, version: Path, period: Period, hospital_id: str
) -> tuple[HospitalAccount, tuple[Statement, ...]]:
    book = read_book(version, PAYMENTS_LEDGER)
    folders = _months(region, period).values()
    before = [read_book(folder, PAYMENTS_LEDGER) for folder in folders if (folder / PAYMENTS_LEDGER).is_file()]
    rows = [row for row in read_payments(version) if row.hospital_id == hospital_id]
    payments = tuple(posted_lines(_on_the_way(book.of_hospital(hospital_id))))
    accounts = held((hospital_id,), before, book)
    parts = tuple(part for row in rows for part in month_parts(row))
    return HospitalAccount(payments, accounts, (), parts, ()), (*_all_sent(payments), *_all_held(accounts, rows))


def _of_year(
    region: Region, version: Path, period: Period, hospital_id: str
) -> tuple[HospitalAccount, tuple[Statement, ...]]:
    rows = [row for row in read_cleared(version) if row.hospital_id == hospital_id]
    heirs = region.decisions.successors(period.last)
    own = {hospital_id, *(ended for ended, heir in heirs.items() if heir == hospital_id)}
    paid = [row for folder in _months(region, period).values() for row in read_payments(folder)]
    months = tuple(_month_line(row) for row in paid if row.hospital_id in own and _says_something(row))
    payments = tuple(posted_lines(_on_the_way(read_book(version, CLEARING_LEDGER).of_hospital(hospital_id))))
    parts = tuple(part for row in rows for part in year_parts(row))
    return HospitalAccount(payments, (), months, parts, ()), (*_all_sent(payments), *_same_months(months, rows))


def _months(region: Region, period: Period) -> dict[str, Path]:
    """The versions of the year's months before the period that hold, by month."""
    found = {month: standing_version(region.out, month) for month in months_before(period)}
    return {month: folder for month, folder in found.items() if folder is not None}


def _on_the_way(postings: Iterable[Posting]) -> Iterator[Posting]:
    return (row for row in postings if row.account == HOSPITAL)


def _month_line(row: Payment) -> MonthLine:
    return MonthLine(
        period=row.period,
        pool=row.pool,
        hospital_id=row.hospital_id,
        payable=row.payable,
        corrected=total((row.corrections, row.decided, row.transferred)),
        deducted=total((row.violation, row.over_budget)),
        sent=row.paid,
        still_due=row.closing,
    )


def _says_something(row: Payment) -> bool:
    """A hospital that has ended has rows without any amount."""
    return any(cell for cell in row if isinstance(cell, Decimal))


def _all_sent(payments: Sequence[StatementLine]) -> Iterator[Statement]:
    for pool in dict.fromkeys(line.pool for line in payments):
        left = total(line.amount for line in payments if line.pool == pool)
        yield statement("on its way", pool, ZERO, left, "what is payable is sent, held or taken")


def _all_held(accounts: Sequence[Held], rows: Sequence[Payment]) -> Iterator[Statement]:
    for row in rows:
        own = [one for one in accounts if one.pool == row.pool and one.account != ADVANCE]
        now = total([ZERO, *(one.after for one in own)])
        yield statement("still due", row.pool, row.closing, now, "the accounts hold what is still due")


def _same_months(months: Sequence[MonthLine], rows: Sequence[Cleared]) -> Iterator[Statement]:
    for row in rows:
        sent = total([ZERO, *(month.sent for month in months if month.pool == row.pool)])
        yield statement("months", row.pool, row.monthly, sent, "the clearing takes off what the months have sent")


def _same_payable(payable: Mapping[str, Decimal], due: Mapping[str, Decimal]) -> Iterator[Statement]:
    for pool in sorted({*payable, *due}):
        expected, found = payable.get(pool, ZERO), due.get(pool, ZERO)
        yield statement("payable", pool, expected, found, "what is payable enters the payments")


def _prove(hospital_id: str, proofs: Iterable[Statement]) -> None:
    for proof in proofs:
        if not proof.holds:
            raise UnbalancedError(
                f"{hospital_id}: {proof.words}",
                hint="`drgcalc verify` says what was changed; after a month was settled again, settle the year",
            )
