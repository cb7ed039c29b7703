"""Average quota (平均定额付费): visits × a quota, with a yearly cap where one is agreed.

人社部发〔2011〕63号, for a transition.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import Due, Inputs, Paid
from drgcalc.settlement.methods.prices import price_of
from drgcalc.settlement.policy_reading import Choice, Table

YEARLY_CAP = "yearly_cap"
"""Agreed item: the most that a hospital is paid in the year, yuan."""


class Terms(NamedTuple):
    """below_quota: visits that cost less are paid the quota, or what they cost."""

    below_quota: Choice


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]; quotas are fund_price in methods/prices.csv."""
    return Terms(table.choice("below_quota", ("quota", "booked")))


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Visits × quota of every hospital, at most its cap when the year is settled. Raises RulesError without a quota."""
    dues, found = [], []
    for pool, hospital in inputs.places():
        due = _due(terms, inputs, pool, hospital)
        cap = inputs.agreed(pool, hospital, YEARLY_CAP)
        if cap is not None and inputs.is_year and due.payable > cap.amount:
            over = less(due.payable, cap.amount)
            message = f"pool {pool}: hospital {hospital} is {over:,} yuan beyond its yearly cap of {cap.amount:,}"
            found.append(finding("S033", message, field="payable", value=hospital))
            words = f"{due.working}; at most {cap.amount:,} a year ({cap.source})"
            due = due._replace(payable=cap.amount, working=words)
        dues.append(due)
    return Paid(tuple(dues), tuple(found))


def _due(terms: Terms, inputs: Inputs, pool: str, hospital: str) -> Due:
    by_quota: dict[tuple[Decimal, str], int] = {}
    claims = inputs.claims_of(pool, hospital)
    for claim in claims:
        price = price_of(inputs.prices, claim)
        key = (price.fund_price, price.source)
        by_quota[key] = by_quota.get(key, 0) + claim.cases
    parts = [multiply(Decimal(count), quota) for (quota, _), count in by_quota.items()]
    payable = round_half_up(total([ZERO, *parts]), MONEY_PLACES)
    words = " + ".join(f"{count:,} visits × {quota}" for (quota, _), count in by_quota.items())
    booked = total([ZERO, *(claim.fund_booked for claim in claims)])
    if terms.below_quota.value == "booked" and booked < payable:
        payable, words = booked, f"{words}; booked {booked:,} is less and is paid"
    sources = dict.fromkeys(source for _, source in by_quota)
    visits = Decimal(sum(by_quota.values()))
    return Due(pool, hospital, visits, "visits", payable, ZERO, words, "; ".join(sources) or terms.below_quota.source)
