"""Typed rows that go in and come out. Fields that stand in a published table have the names of base.columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple


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
    pay_now: Decimal
    difference: Decimal


class PoolLine(NamedTuple):
    """One line of one pool's waterfall: base.columns.POOL."""

    pool: str
    line: int
    item: str
    label: str
    amount: Decimal
    kind: str
    source: str


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
