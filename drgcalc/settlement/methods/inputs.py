"""What a payment method may look at, and what it gives: rows of tables in, amounts due to hospitals out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.settlement.rows import FundItem, Hospital

MONTHS = 12


class Claim(NamedTuple):
    """Sums over the cases of one method, pool, hospital, level, month YYYY-MM and group; refunds count against them.

    key: empty, a person or a stay, as the method's grain says. cases: stays, a reversed one −1; days: theirs.
    refunds_alone: refund lines without a line in the period that they could reverse; they count no case.
    """

    method: str
    pool: str
    hospital_id: str
    level: str
    month: str
    group_code: str
    key: str
    cases: int
    days: int
    refunds_alone: int
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


class Price(NamedTuple):
    """A price a case, day or visit: base.columns.METHOD_PRICES. An empty hospital, level or group is any."""

    method: str
    hospital_id: str
    level: str
    group_code: str
    fund_price: Decimal
    patient_price: Decimal
    effective_from: date
    effective_to: date | None
    source: str


class Agreement(NamedTuple):
    """A figure agreed with a hospital for a year, or a month of it: base.columns.METHOD_AGREEMENTS."""

    year: int
    month: int | None
    pool: str
    method: str
    hospital_id: str
    item: str
    amount: Decimal
    source: str


class History(NamedTuple):
    """What a hospital cost in an earlier year, by group or in all (empty): base.columns.METHOD_HISTORY."""

    year: int
    pool: str
    hospital_id: str
    group_code: str
    cases: int
    total_fee: Decimal
    fund_paid: Decimal
    source: str


class Adjustment(NamedTuple):
    """A change of a hospital's target from a month on: base.columns.METHOD_ADJUSTMENTS."""

    year: int
    from_month: int
    pool: str
    method: str
    hospital_id: str
    amount: Decimal
    decided_on: date
    reason: str
    requester: str
    pre_review: str
    final_review: str
    source: str


class Weight(NamedTuple):
    """Weight of a group, from the region's scores; level None is every level."""

    group_code: str
    level: str | None
    weight: Decimal
    mean_fee: Decimal
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class MethodTables:
    """The tables of the region's folder methods/, all methods together."""

    prices: tuple[Price, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    history: tuple[History, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """Everything one method may look at: claims, prices, agreements and adjustments of its own, history of everybody.

    months: those that are settled, YYYY-MM: the twelve of a year, or one. fund: the year's account by pool and item.
    """

    method: str
    year: int
    months: tuple[str, ...]
    pools: tuple[str, ...]
    claims: tuple[Claim, ...]
    prices: tuple[Price, ...]
    agreements: tuple[Agreement, ...]
    history: tuple[History, ...]
    adjustments: tuple[Adjustment, ...]
    hospitals: Mapping[str, Hospital]
    weights: tuple[Weight, ...]
    fund: Mapping[tuple[str, str], FundItem]

    @property
    def is_year(self) -> bool:
        """Whether the whole year is settled, and not a month of it."""
        return len(self.months) == MONTHS

    def places(self) -> tuple[tuple[str, str], ...]:
        """Every (pool, hospital) with a claim or an agreement in the year, in order."""
        agreed = {(row.pool, row.hospital_id) for row in self.agreements if row.year == self.year}
        return tuple(sorted({(row.pool, row.hospital_id) for row in self.claims} | agreed))

    def claims_of(self, pool: str, hospital_id: str) -> tuple[Claim, ...]:
        """The claims of one hospital in one pool, by month, group and key."""
        return self._by_place.get((pool, hospital_id), ())

    def weights_of(self, group_code: str) -> tuple[Weight, ...]:
        """The weights of one group, of every level and time."""
        return self._by_group.get(group_code, ())

    @cached_property
    def _by_group(self) -> dict[str, tuple[Weight, ...]]:
        found: dict[str, list[Weight]] = {}
        for row in self.weights:
            found.setdefault(row.group_code, []).append(row)
        return {group: tuple(rows) for group, rows in found.items()}

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], tuple[Claim, ...]]:
        found: dict[tuple[str, str], list[Claim]] = {}
        for row in self.claims:
            found.setdefault((row.pool, row.hospital_id), []).append(row)
        return {place: tuple(rows) for place, rows in found.items()}

    def agreed(self, pool: str, hospital_id: str, item: str, month: int | None = None) -> Agreement | None:
        """The figure agreed for the year; with a month, that of the month, or else of the year."""
        found = {
            row.month: row
            for row in self.agreements
            if (row.year, row.pool, row.hospital_id, row.item) == (self.year, pool, hospital_id, item)
        }
        return found.get(month) or found.get(None)


class Due(NamedTuple):
    """What a method owes a hospital in one pool for the period, yuan; payable = unretained + retained.

    quantity: what was counted (cases, days, heads, points …), in `unit`. working: the arithmetic in words.
    """

    pool: str
    hospital_id: str
    quantity: Decimal
    unit: str
    payable: Decimal
    retained: Decimal
    working: str
    source: str


class Paid(NamedTuple):
    """A method's result."""

    dues: tuple[Due, ...]
    findings: tuple[Finding, ...] = ()


def first_day(month: str) -> date:
    """The first day of the month YYYY-MM."""
    return date.fromisoformat(f"{month}-01")
