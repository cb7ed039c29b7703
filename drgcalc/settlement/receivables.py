"""A hospital's receivable ledger, and its reconciliation with what the hospital booked (应收医保账对账)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, less

OPENING, BILLED, RECEIVED, DEDUCTION = "opening", "billed", "received", "deduction"
KINDS = (OPENING, BILLED, RECEIVED, DEDUCTION)
MISSING_HERE, MISSING_THERE, AMOUNT, POOL, MONTH = "missing_here", "missing_there", "amount", "pool", "month"


class Booking(NamedTuple):
    """One entry of a receivable ledger, yuan; a reversal is negative."""

    hospital_id: str
    pool: str
    month: str
    kind: str
    amount: Decimal
    reference: str


class Difference(NamedTuple):
    """One difference between the centre's account (here) and the hospital's (there): columns RECONCILIATION."""

    hospital_id: str
    error: str
    kind: str
    pool_here: str | None
    month_here: str | None
    amount_here: Decimal | None
    pool_there: str | None
    month_there: str | None
    amount_there: Decimal | None
    difference: Decimal
    reference: str | None


class Receivable(NamedTuple):
    """One hospital and pool: opening + billed − received − deductions = closing."""

    hospital_id: str
    pool: str
    opening: Decimal
    billed: Decimal
    received: Decimal
    deductions: Decimal
    closing: Decimal


class Reconciled(NamedTuple):
    """Both accounts, what differs between them, and the proof that the differences explain everything."""

    here: tuple[Receivable, ...]
    there: tuple[Receivable, ...]
    matched: int
    differences: tuple[Difference, ...]
    identities: tuple[Statement, ...]


def receivables(bookings: Iterable[Booking]) -> tuple[Receivable, ...]:
    """The ledger of every hospital and pool. Raises RulesError for an unknown kind."""
    rows = list(bookings)
    for row in rows:
        if row.kind not in KINDS:
            raise RulesError(
                f"{row.hospital_id} {row.month}: the kind of an entry is {row.kind!r}",
                hint=f"write one of {', '.join(KINDS)}",
            )
    return tuple(_receivable(place, rows) for place in sorted({(row.hospital_id, row.pool) for row in rows}))


def reconcile(here: Iterable[Booking], there: Iterable[Booking]) -> Reconciled:
    """Match the two accounts entry by entry, and say of everything that is left what kind of error it is.

    Entries that agree in all are matched first; then the same amount in another pool, in another month, another amount
    in the same place, and what one side lacks. The same vouchers go together where there is a choice.
    """
    ours, theirs = sorted(here), sorted(there)
    ledgers = (receivables(ours), receivables(theirs))
    pairs, ours, theirs = _pair(ours, theirs, lambda row: (row.hospital_id, row.kind, row.pool, row.month, row.amount))
    found: list[Difference] = []
    for error, key in _RULES:
        same, ours, theirs = _pair(ours, theirs, key)
        found += (_difference(error, one, other) for one, other in same)
    found += (_difference(MISSING_THERE, one, None) for one in ours)
    found += (_difference(MISSING_HERE, None, other) for other in theirs)
    differences = tuple(sorted(found, key=_order))
    return Reconciled(*ledgers, len(pairs), differences, tuple(_identities(*ledgers, differences)))


_Key = Callable[[Booking], tuple[object, ...]]
_RULES: tuple[tuple[str, _Key], ...] = (
    (POOL, lambda row: (row.hospital_id, row.kind, row.month, row.amount)),
    (MONTH, lambda row: (row.hospital_id, row.kind, row.pool, row.amount)),
    (AMOUNT, lambda row: (row.hospital_id, row.kind, row.pool, row.month)),
)


def _pair(
    ours: Sequence[Booking], theirs: Sequence[Booking], key: _Key
) -> tuple[list[tuple[Booking, Booking]], list[Booking], list[Booking]]:
    """Entries with the same key in pairs, those of one voucher first; and what is left of both sides."""
    waiting: dict[tuple[object, ...], list[Booking]] = {}
    for row in theirs:
        waiting.setdefault(key(row), []).append(row)
    pairs: list[tuple[Booking, Booking]] = []
    alone: list[Booking] = []
    for with_voucher in (True, False):
        alone = []
        for row in ours:
            others = waiting.get(key(row), [])
            same = [other for other in others if row.reference and other.reference == row.reference]
            fitting = same if with_voucher else others
            if not fitting:
                alone.append(row)
                continue
            partner = fitting[0]
            others.remove(partner)
            pairs.append((row, partner))
        ours = alone
    return pairs, alone, sorted(row for rows in waiting.values() for row in rows)


def _difference(error: str, here: Booking | None, there: Booking | None) -> Difference:
    one = here or there
    if one is None:
        raise ValueError("a difference needs one side at least")
    reference = (there.reference if there else "") or (here.reference if here else "")
    return Difference(
        hospital_id=one.hospital_id,
        error=error,
        kind=one.kind,
        pool_here=here.pool if here else None,
        month_here=here.month if here else None,
        amount_here=here.amount if here else None,
        pool_there=there.pool if there else None,
        month_there=there.month if there else None,
        amount_there=there.amount if there else None,
        difference=less(there.amount if there else ZERO, here.amount if here else ZERO),
        reference=reference or None,
    )


def _receivable(place: tuple[str, str], rows: Sequence[Booking]) -> Receivable:
    own = [row for row in rows if (row.hospital_id, row.pool) == place]
    sums = {kind: total([ZERO, *(row.amount for row in own if row.kind == kind)]) for kind in KINDS}
    closing = less(total((sums[OPENING], sums[BILLED])), sums[RECEIVED], sums[DEDUCTION])
    return Receivable(*place, sums[OPENING], sums[BILLED], sums[RECEIVED], sums[DEDUCTION], closing)


def _identities(
    here: Sequence[Receivable], there: Sequence[Receivable], differences: Sequence[Difference]
) -> list[Statement]:
    """The differences explain the gap between the closing balances, hospital by hospital."""
    found = []
    for hospital in sorted({row.hospital_id for row in (*here, *there)}):
        gap = less(_closing(there, hospital), _closing(here, hospital))
        signed = [
            row.difference if row.kind in (OPENING, BILLED) else row.difference.copy_negate()
            for row in differences
            if row.hospital_id == hospital
        ]
        words = "the differences explain the gap between the closing balances"
        found.append(statement(f"reconciliation {hospital}", "", gap, total([ZERO, *signed]), words))
    return found


def _closing(rows: Sequence[Receivable], hospital: str) -> Decimal:
    return total([ZERO, *(row.closing for row in rows if row.hospital_id == hospital)])


def _order(row: Difference) -> tuple[str, ...]:
    cells = (row.hospital_id, row.error, row.kind, row.month_here or row.month_there, row.pool_here or row.pool_there)
    return (*(str(cell) for cell in cells), str(row.amount_here), str(row.amount_there), row.reference or "")
