"""Typed rows that go in and come out. Fields that stand in a published table have the names of base.columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

SUBTOTAL, RESULT, BOUND = "小计", "合计", "参照"
"""Marks of lines of a waterfall that nobody may add up."""


class Hospital(NamedTuple):
    """One hospital and period of validity: base.columns.HOSPITALS."""

    hospital_id: str
    name: str
    level: str
    coefficient: Decimal
    effective_from: date
    effective_to: date | None
    source: str


class FundItem(NamedTuple):
    """One item of one pool's fund account in one year, yuan: base.columns.FUND."""

    year: int
    pool: str
    item: str
    amount: Decimal
    source: str


class HospitalTotals(NamedTuple):
    """Exact sums over the cases of one hospital in one pool; refunds count against them.

    records: lines of any kind. cases: stays that carry points. The amounts are those that the policy lets count.
    base_points: how many points are within the hospital's base, None is not known; only elastic values ask for it.
    special: what cases approved by item are paid beside the points, yuan.
    """

    pool: str
    hospital_id: str
    records: int
    cases: int
    cases_without_points: int
    points: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    base_points: Decimal | None = None
    special: Decimal = Decimal("0.00")


class Counts(NamedTuple):
    """Where the submitted records went: rejected, or accepted with a status of grouping."""

    submitted: int
    rejected: int
    by_status: Mapping[str, int]


class Allocation(NamedTuple):
    """One hospital and pool in the period: base.columns.ALLOCATIONS."""

    period: str
    pool: str
    hospital_id: str
    hospital_name: str
    level: str
    cases: int
    cases_without_points: int
    points: Decimal
    point_value: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    payable: Decimal
    retained: Decimal
    unretained: Decimal
    difference: Decimal
    increment_points: Decimal | None = None
    increment_value: Decimal | None = None
    special_paid: Decimal = Decimal("0.00")


class PoolValue(NamedTuple):
    """The point value of one pool and what it did: paid + what is kept = fund.

    value: 8 decimals; printed: as published. residual: what the convention left over, before `closing` dealt with it;
    kept: what stays in the fund or the adjustment fund. increment_…: points beyond the hospitals' bases and their
    value, when values are elastic; `value` is then that of points within. special: paid for cases approved by item.
    """

    pool: str
    convention: str
    status: str
    fund: Decimal
    points: Decimal
    value: Decimal
    printed: Decimal
    paid: Decimal
    residual: Decimal
    closing: str
    kept: Decimal
    increment_points: Decimal | None = None
    increment_value: Decimal | None = None
    special: Decimal = Decimal("0.00")


class PoolLine(NamedTuple):
    """One line of one pool's waterfall: base.columns.POOL."""

    pool: str
    line: int
    item: str
    label: str
    amount: Decimal
    kind: str
    source: str

    @property
    def mark(self) -> str:
        """What tells a reader that the amount is no summand: a sum of the lines above, or a bound."""
        return {"subtotal": SUBTOTAL, "result": RESULT, "limit": BOUND}.get(self.kind, "")

    def published(self) -> tuple[object, ...]:
        """The cells of base.settlement_columns.POOL."""
        return (*self, self.mark)


class Posting(NamedTuple):
    """What one account gains (or, negative, gives) in one step, yuan."""

    step: str
    pool: str
    account: str
    hospital_id: str | None
    amount: Decimal
    explanation: str
    source: str


class LedgerRow(NamedTuple):
    """A numbered posting of a period: base.columns.LEDGER."""

    period: str
    posting: int
    step: str
    pool: str
    account: str
    hospital_id: str | None
    amount: Decimal
    explanation: str
    source: str
