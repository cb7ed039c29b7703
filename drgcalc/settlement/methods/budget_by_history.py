"""Budget by history (按历史预算): the mean of the last years' fund spending, grown, is the target. Rizhao."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.methods.control import ControlTerms, Target, pay_targets, read_control
from drgcalc.settlement.methods.inputs import History, Inputs, Paid
from drgcalc.settlement.methods.reading import plain
from drgcalc.settlement.policy_reading import Number, Table


class Terms(NamedTuple):
    """years: how many years before count; growth: by how much their mean is raised."""

    years: Number
    growth: Number
    control: ControlTerms


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]."""
    terms = Terms(table.number("years", "years"), table.number("growth", "ratio"), read_control(table))
    if not terms.years.value:
        raise table.wrong("years", "is 0", "a budget by history needs a year before")
    return terms


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """The budget of every hospital, and what it makes due. Raises RulesError."""
    targets: list[Target] = []
    found: list[Finding] = []
    for pool, hospital in inputs.places():
        past = [row for row in inputs.history if (row.pool, row.hospital_id) == (pool, hospital)]
        spent = spending(past, inputs.year, int(terms.years.value))
        if len(spent) < terms.years.value:
            message = (
                f"pool {pool}: hospital {hospital} has fund spending of {len(spent)} years, not {terms.years.value}"
            )
            found.append(finding("S031", message, field="history", value=hospital))
        if not spent:
            continue
        amount = budget(spent.values(), terms.growth.value)
        sums = " + ".join(f"{part:,}" for part in spent.values())
        words = f"budget {amount:,} = ({sums}) ÷ {len(spent)} × (1 + {plain(terms.growth.value)})"
        targets.append(Target(pool, hospital, amount, words, terms.growth.source))
    paid = pay_targets(terms.control, targets, inputs)
    return Paid(paid.dues, (*found, *paid.findings))


def spending(history: Iterable[History], year: int, years: int) -> dict[int, Decimal]:
    """Fund spending of one hospital and pool by year, yuan, in the `years` before `year` that have any."""
    found: dict[int, Decimal] = {}
    for row in history:
        if year - years <= row.year < year:
            found[row.year] = total((found.get(row.year, ZERO), row.fund_paid))
    return dict(sorted(found.items()))


def budget(spent: Iterable[Decimal], growth: Decimal) -> Decimal:
    """Mean × (1 + growth), yuan, rounded once."""
    parts = [Fraction(part) for part in spent]
    return round_half_up(sum(parts, Fraction(0)) / len(parts) * (1 + Fraction(growth)), MONEY_PLACES)
