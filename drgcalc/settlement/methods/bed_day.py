"""Bed-day (按床日付费): days × a rate, with a cap of days a year; pieces of a long stay add up.

人社部发〔2011〕63号.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.methods.inputs import Claim, Due, Inputs, Paid
from drgcalc.settlement.methods.prices import price_of
from drgcalc.settlement.policy_reading import Number, Table


class Terms(NamedTuple):
    """yearly_days: days a person and hospital beyond which nothing is paid in a year; None is without end."""

    yearly_days: Number | None


class PaidDays(NamedTuple):
    """Days of one claim that are paid, and those beyond the cap."""

    claim: Claim
    days: int
    beyond: int


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]; rates are fund_price in methods/prices.csv."""
    return Terms(table.number("yearly_days", "days") if table.has("yearly_days") else None)


def capped(claims: Sequence[Claim], yearly_days: int | None) -> tuple[PaidDays, ...]:
    """The paid days of one person's claims, month after month: together at most `yearly_days`.

    However a stay is cut into pieces, the days that are paid are the same.
    """
    if yearly_days is None:
        return tuple(PaidDays(claim, claim.days, 0) for claim in claims)
    found, used, before = [], 0, 0
    for claim in sorted(claims, key=lambda row: (row.month, row.group_code, row.level)):
        used += claim.days
        now = min(used, yearly_days)
        found.append(PaidDays(claim, now - before, claim.days - (now - before)))
        before = now
    return tuple(found)


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Paid days × rate of every hospital. Raises RulesError for a claim without a rate."""
    cap = int(terms.yearly_days.value) if terms.yearly_days else None
    dues: list[Due] = []
    found: list[Finding] = []
    for pool, hospital in inputs.places():
        claims = inputs.claims_of(pool, hospital)
        persons: dict[str, list[Claim]] = {}
        for claim in claims:
            persons.setdefault(claim.key, []).append(claim)
        days = [row for own in persons.values() for row in capped(own, cap)]
        dues.append(_due(terms, inputs, pool, hospital, days))
        if beyond := sum(row.beyond for row in days):
            message = f"pool {pool}: hospital {hospital} has {beyond:,} days beyond the cap of {cap} a person and year"
            found.append(finding("S033", message, field="los_days", value=hospital))
    return Paid(tuple(dues), tuple(found))


def _due(terms: Terms, inputs: Inputs, pool: str, hospital: str, days: Sequence[PaidDays]) -> Due:
    by_rate: dict[tuple[Decimal, str], int] = {}
    for row in days:
        price = price_of(inputs.prices, row.claim)
        key = (price.fund_price, price.source)
        by_rate[key] = by_rate.get(key, 0) + row.days
    parts = [multiply(Decimal(count), rate) for (rate, _), count in by_rate.items()]
    words = " + ".join(f"{count:,} days × {rate}" for (rate, _), count in by_rate.items())
    if terms.yearly_days:
        words += f"; at most {terms.yearly_days.value} days a person and year"
    sources = dict.fromkeys(source for _, source in by_rate)
    payable = round_half_up(total([ZERO, *parts]), MONEY_PLACES)
    quantity = Decimal(sum(row.days for row in days))
    return Due(pool, hospital, quantity, "days", payable, ZERO, words, "; ".join(sources) or "methods/prices.csv")
