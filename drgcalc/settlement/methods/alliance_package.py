"""Alliance package (医共体打包付费): heads × (funding − reserves a head), paid by twelfths. Chengde."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import MONTHS, Due, Inputs, Paid
from drgcalc.settlement.methods.reading import plain
from drgcalc.settlement.policy_reading import Choice, Number, Table

HEADS, OUTSIDE = "heads", "outside_care"
"""Agreed items, of a month or for every month of the year: insured persons; yuan their care elsewhere cost the fund."""


class Reserve(NamedTuple):
    """What is held back a head and year, yuan: adjustment fund, risk fund, serious illness …"""

    label: str
    amount: Number


class Terms(NamedTuple):
    """funding: yuan a head and year. outside_care: whether the package pays for care elsewhere (charged), or not."""

    funding: Number
    reserves: tuple[Reserve, ...]
    outside_care: Choice


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]."""
    reserves = []
    for entry in table.tables("reserves"):
        reserves.append(Reserve(entry.text("label"), entry.number("amount", "yuan")))
        entry.finish()
    terms = Terms(
        funding=table.number("funding", "yuan"),
        reserves=tuple(reserves),
        outside_care=table.choice("outside_care", ("charged", "not_charged")),
    )
    if net_of(terms) < 0:
        raise table.wrong("reserves", "exceed the funding", "a head cannot be worth less than nothing")
    return terms


def net_of(terms: Terms) -> Decimal:
    """Funding less reserves, yuan a head and year."""
    return less(terms.funding.value, *(reserve.amount.value for reserve in terms.reserves))


def month_amount(heads: Decimal, net: Decimal) -> Decimal:
    """A month's part for `heads` persons, yuan, rounded once."""
    return round_half_up(Fraction(heads) * Fraction(net) / MONTHS, MONEY_PLACES)


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """The package of every alliance, agreed with its lead hospital. Raises RulesError where heads are missing."""
    leads = [(pool, hospital) for pool, hospital in inputs.places()]
    return Paid(tuple(_due(terms, inputs, pool, hospital) for pool, hospital in leads))


def _due(terms: Terms, inputs: Inputs, pool: str, hospital: str) -> Due:
    net = net_of(terms)
    heads, parts, outside = [], [], []
    for month in inputs.months:
        agreed = inputs.agreed(pool, hospital, HEADS, int(month[5:7]))
        if agreed is None:
            raise RulesError(
                f"method {inputs.method}: no number of heads of {hospital} in pool {pool} for {month}",
                hint=f"add the item {HEADS} to methods/agreements.csv, or route the claims elsewhere",
            )
        heads.append(agreed.amount)
        parts.append(month_amount(agreed.amount, net))
        care = inputs.agreed(pool, hospital, OUTSIDE, int(month[5:7]))
        if care is not None and terms.outside_care.value == "charged":
            outside.append(care.amount)
    charged = total([ZERO, *outside])
    person_months = total(heads)
    words = f"{plain(person_months)} person-months × {plain(net)} ÷ {MONTHS}, rounded by month"
    if charged:
        words += f"; {charged:,} for care elsewhere"
    payable = less(total(parts), charged)
    return Due(pool, hospital, person_months, "person-months", payable, ZERO, words, terms.funding.source)
