"""What every run proves before anything is published, to the fen: each check is a statement of expected and found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import UnbalancedError
from drgcalc.base.money import MONEY_PLACES, ratio_total, round_half_up, total
from drgcalc.settlement.entitlement import pays_everything
from drgcalc.settlement.ledger import ZERO, Book, less
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import Allocation, Counts, HospitalTotals, PoolLine
from drgcalc.settlement.totals import Counted, PoolCases

FEN = Fraction(1, 100)


class Statement(NamedTuple):
    """One identity for one pool (empty: all of them), whether it holds, and the numbers in words."""

    name: str
    pool: str
    expected: Decimal
    found: Decimal
    difference: Decimal
    holds: bool
    words: str


class PricedSums(NamedTuple):
    """Sums over the settled cases of one pool; without_points: cases whose points or segment are absent."""

    pool: str
    points: Decimal
    without_points: int


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


def kept_identity(
    pool: str, fund: Decimal, kept: Decimal, book: Book, entitled: Mapping[str, Fraction], rule: PointValueRule
) -> Statement:
    """Nothing is kept of a pool that must be paid whole; else what is kept is what is posted as left over."""
    if pays_everything(rule, entitled.values()):
        expected = round_half_up(Fraction(fund) - ratio_total(entitled.values()), MONEY_PLACES)
        return statement("kept", pool, expected, kept, "what nobody is entitled to is kept")
    posted = total((book.balance(pool, "fund_balance"), book.balance(pool, "adjustment_fund")))
    return statement("kept", pool, posted, kept, "what is kept is posted")


def entitlement_identities(
    pool: str, allocations: Sequence[Allocation], entitled: Mapping[str, Fraction]
) -> tuple[Statement, ...]:
    """No hospital is paid a fen more or less than it is entitled to: one statement a pool, one for each that is."""
    own = {row.hospital_id: row.payable for row in allocations if row.pool == pool}
    off = [hospital for hospital in entitled if abs(Fraction(own.get(hospital, ZERO)) - entitled[hospital]) >= FEN]
    found = [statement("entitled", pool, ZERO, Decimal(len(off)), "hospitals paid a fen more or less than entitled")]
    for hospital in off:
        exact = round_half_up(entitled[hospital], MONEY_PLACES)
        found.append(statement(f"entitled {hospital}", pool, exact, own.get(hospital, ZERO), "the entitlement is paid"))
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
    """What is retained of a hospital's payable, and what is not, are its accounts, together its payable.

    One statement a pool and amount, and one for each hospital that differs.
    """
    balances = book.balances()

    def balance(row: Allocation, account: str) -> Decimal:
        return balances.get((row.pool, account, row.hospital_id), ZERO)

    found = []
    for pool in dict.fromkeys(row.pool for row in allocations):
        own = [row for row in allocations if row.pool == pool]
        for name, pairs in (
            ("unretained", [(balance(row, "hospital"), row.unretained) for row in own]),
            ("retained", [(balance(row, "hospital_retained"), row.retained) for row in own]),
            ("payable", [(total((row.unretained, row.retained)), row.payable) for row in own]),
        ):
            accounts, allocated = (total([ZERO, *side]) for side in zip(*pairs, strict=True))
            found.append(statement(name, pool, accounts, allocated, "the hospitals' accounts are the allocations"))
            found += [
                statement(f"{name} of {row.hospital_id}", pool, account, amount, "the account is the allocation")
                for row, (account, amount) in zip(own, pairs, strict=True)
                if account != amount
            ]
    return tuple(found)


def case_identities(cases: Iterable[PoolCases], counted: Counted, accepted: int) -> tuple[Statement, ...]:
    """Records and amounts of the cases as grouped are those of the totals and of what is set aside, pool by pool."""
    known = list(cases)
    found = [
        statement("cases", "", Decimal(accepted), Decimal(sum(row.records for row in known)), "accepted are grouped")
    ]
    pools = dict.fromkeys((*(row.pool for row in known), *(row.pool for row in counted.totals)))
    for pool in pools:
        own = [row for row in known if row.pool == pool]
        totals = [row for row in counted.totals if row.pool == pool]
        aside = [row for row in counted.aside if row.pool == pool]
        records, of_hospitals = (Decimal(sum(row.records for row in rows)) for rows in (own, totals))
        found.append(statement("records", pool, records, of_hospitals, "records of hospitals are records of cases"))
        for name in ("total_fee", "fund_booked", "patient_paid"):
            expected = total([ZERO, *(getattr(row, name) for row in own)])
            amount = total([ZERO, *(getattr(row, name) for row in (*totals, *aside))])
            found.append(statement(name, pool, expected, amount, "hospitals and what is set aside are the cases"))
    return tuple(found)


def priced_identities(priced: Iterable[PricedSums]) -> tuple[Statement, ...]:
    """Every case has points and a segment, pool by pool; under the policy they may be zero, never absent."""
    return tuple(
        statement("priced", row.pool, ZERO, Decimal(row.without_points), "cases without points or segment")
        for row in priced
    )


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
    """Raise UnbalancedError with every statement that does not hold; nothing they are about may be published."""
    broken = [entry.words for entry in statements if not entry.holds]
    if broken:
        raise UnbalancedError("; ".join(broken), hint="this is a fault of the program: keep the inputs and report it")
