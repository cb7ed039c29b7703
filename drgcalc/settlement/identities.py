"""What every run proves before anything is published, to the fen: each check is a statement of expected and found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import UnbalancedError
from drgcalc.base.money import total
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.rows import Allocation, Counts, HospitalTotals, PoolLine


class Statement(NamedTuple):
    """One identity for one pool (empty: all of them), whether it holds, and the numbers in words."""

    name: str
    pool: str
    expected: Decimal
    found: Decimal
    difference: Decimal
    holds: bool
    words: str


def statement(name: str, pool: str, expected: Decimal, found: Decimal, what: str) -> Statement:
    """The statement that `found` equals `expected`; there is no tolerance."""
    difference = less(found, expected)
    where = f"{name}, pool {pool}" if pool else name
    verdict = "holds" if not difference else f"found {found:,}, difference {difference:,}"
    return Statement(
        name, pool, expected, found, difference, not difference, f"{where}: {what}: {expected:,} {verdict}"
    )


def fund_identities(
    lines: Sequence[PoolLine], allocations: Sequence[Allocation], kept: Mapping[str, Decimal]
) -> tuple[Statement, ...]:
    """Payments and what is kept = collections, less what is taken out, with the draws: over what is published.

    `kept` is what stays in the fund after points are paid, by pool. Read from the waterfall and the allocations, not
    from the book, so that a book that balances but says something else is found.
    """
    found = []
    for pool in dict.fromkeys(line.pool for line in lines):
        own = [line for line in lines if line.pool == pool]
        given = total([ZERO, *(line.amount for line in own if line.kind in ("input", "deduction", "draw"))])
        result = total([ZERO, *(line.amount for line in own if line.kind == "result")])
        paid = [row.payable for row in allocations if row.pool == pool]
        found += [
            statement("waterfall", pool, given, result, "collections less deductions with draws is the pool"),
            statement("payments", pool, result, total([ZERO, kept.get(pool, ZERO), *paid]), "the pool is paid or kept"),
        ]
    return tuple(found)


def book_identities(book: Book) -> tuple[Statement, ...]:
    """Every step sums to zero in every pool, and nothing is left in the pool to distribute."""
    steps = [
        statement(f"step {step}", pool, ZERO, amount, "the postings of a step sum to zero")
        for (step, pool), amount in book.step_sums().items()
    ]
    left = [
        statement("distributed", pool, ZERO, book.balance(pool, "payable_pool"), "nothing is left to distribute")
        for pool in book.pools()
    ]
    return (*steps, *left)


def hospital_identities(book: Book, allocations: Sequence[Allocation]) -> tuple[Statement, ...]:
    """What a hospital is owed is the balance of its postings: one statement a pool, and one for each that differs."""
    balances = book.balances()
    found = []
    for pool in dict.fromkeys(row.pool for row in allocations):
        own = [row for row in allocations if row.pool == pool]
        booked = {row.hospital_id: _owed(balances, pool, row.hospital_id) for row in own}
        found.append(
            statement(
                "allocations",
                pool,
                total([ZERO, *booked.values()]),
                total([ZERO, *(row.payable for row in own)]),
                "the hospitals' postings are the allocations",
            )
        )
        found += [
            statement(f"hospital {row.hospital_id}", pool, booked[row.hospital_id], row.payable, "postings are payable")
            for row in own
            if booked[row.hospital_id] != row.payable
        ]
    return tuple(found)


def count_identity(counts: Counts) -> Statement:
    """Accepted by status and rejected records are the submitted ones."""
    parts = {**counts.by_status, "rejected": counts.rejected}
    words = " + ".join(f"{count:,} {status}" for status, count in sorted(parts.items()))
    return statement("records", "", Decimal(counts.submitted), Decimal(sum(parts.values())), f"{words} are submitted")


def point_identities(case_points: Mapping[str, Decimal], totals: Sequence[HospitalTotals]) -> tuple[Statement, ...]:
    """The points of the hospitals are the points of the cases, pool by pool."""
    pools = dict.fromkeys((*case_points, *(row.pool for row in totals)))
    return tuple(
        statement(
            "points",
            pool,
            case_points.get(pool, ZERO),
            total([ZERO, *(row.points for row in totals if row.pool == pool)]),
            "points of hospitals are points of cases",
        )
        for pool in pools
    )


def prove(statements: Iterable[Statement]) -> None:
    """Raise UnbalancedError with every statement that does not hold; nothing is published then."""
    broken = [entry.words for entry in statements if not entry.holds]
    if broken:
        raise UnbalancedError("; ".join(broken), hint="this is a fault of the program: keep the inputs and report it")


def _owed(balances: Mapping[tuple[str, str, str | None], Decimal], pool: str, hospital: str) -> Decimal:
    accounts = ("hospital", "hospital_retained")
    return total([ZERO, *(balances.get((pool, account, hospital), ZERO) for account in accounts)])
