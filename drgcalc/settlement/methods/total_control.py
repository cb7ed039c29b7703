"""Total control (总额控制): the budget split by three years' cost, quotas by month, overruns deferred, working capital.

人社部发〔2012〕70号.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import allocate, divide, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.control import ControlTerms, Target, pay_targets, read_control
from drgcalc.settlement.methods.inputs import History, Inputs, Paid
from drgcalc.settlement.methods.reading import Budget, percent, plain, read_budget, read_shares
from drgcalc.settlement.policy_reading import Number, Table

TARGET = "target"
"""Agreed item: a hospital's target in yuan, instead of its share of the rest."""


class Terms(NamedTuple):
    """year_weights: of the years before, oldest first; level_weights: factors of levels, None is 1 for all."""

    budget: Budget
    year_weights: tuple[Number, ...]
    level_weights: Mapping[str, Number] | None
    control: ControlTerms


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]."""
    levels = table.table("level_weights") if table.has("level_weights") else None
    return Terms(
        budget=read_budget(table, "budget"),
        year_weights=read_shares(table, "year_weights"),
        level_weights={name: levels.number(name, "factor") for name in levels.names()} if levels else None,
        control=read_control(table),
    )


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Targets of every hospital with history or agreement, and what they make due. Raises RulesError."""
    found: list[Finding] = []
    targets: list[Target] = []
    for pool in inputs.pools:
        made, missing = _targets(terms, inputs, pool)
        targets += made
        found += missing
    paid = pay_targets(terms.control, targets, inputs)
    return Paid(paid.dues, (*found, *paid.findings))


def weighted_cost(history: Iterable[History], year: int, weights: Iterable[Number]) -> tuple[Fraction, tuple[int, ...]]:
    """A hospital's weighted mean cost a year, yuan, and the years it lacks; weights of missing years are spread."""
    given = tuple(weights)
    costs: dict[int, Decimal] = {}
    for row in history:
        costs[row.year] = total((costs.get(row.year, ZERO), row.total_fee))
    years = {year - len(given) + place: Fraction(weight.value) for place, weight in enumerate(given)}
    present = {past: weight for past, weight in years.items() if past in costs}
    whole = sum(present.values(), Fraction(0))
    if not whole:
        return Fraction(0), tuple(years)
    cost = sum((weight * Fraction(costs[past]) for past, weight in present.items()), Fraction(0))
    return cost / whole, tuple(past for past in years if past not in costs)


def _targets(terms: Terms, inputs: Inputs, pool: str) -> tuple[list[Target], list[Finding]]:
    """The pool's budget: agreed targets first, the rest by weighted cost."""
    places = [hospital for found, hospital in inputs.places() if found == pool]
    past = [row for row in inputs.history if row.pool == pool and row.hospital_id in places]
    if not places:
        return [], []
    budget = terms.budget.amount(inputs.fund, pool)
    agreed = {place: row for place in places if (row := inputs.agreed(pool, place, TARGET))}
    costs: dict[str, Fraction] = {}
    found = []
    for hospital in (place for place in places if place not in agreed):
        cost, missing = weighted_cost(
            (row for row in past if row.hospital_id == hospital), inputs.year, terms.year_weights
        )
        costs[hospital] = cost * Fraction(_level_weight(terms, inputs, hospital))
        if missing:
            years = " ".join(map(str, missing))
            message = f"pool {pool}: hospital {hospital} has no cost of {years}; the other years' weights are spread"
            found.append(finding("S031", message, field="history", value=years))
    rest = less(budget, *(row.amount for row in agreed.values()))
    shares = _shares(pool, rest, costs)
    targets = [
        Target(pool, hospital, row.amount, f"target agreed {row.amount:,}", row.source)
        for hospital, row in agreed.items()
    ]
    for hospital, amount in shares.items():
        words = f"target {amount:,} = {percent(amount, rest)} of {rest:,}, weighted cost {_yuan(costs[hospital])}"
        targets.append(Target(pool, hospital, amount, words, terms.budget.source))
    return sorted(targets, key=lambda row: row.hospital_id), found


def _shares(pool: str, rest: Decimal, costs: Mapping[str, Fraction]) -> dict[str, Decimal]:
    if rest < 0:
        raise RulesError(
            f"pool {pool}: the agreed targets exceed the budget by {less(ZERO, rest):,} yuan",
            hint="correct methods/agreements.csv, or the budget's item in fund/*.csv",
        )
    if costs and not any(costs.values()):
        raise RulesError(
            f"pool {pool}: hospitals {', '.join(sorted(costs))} have neither history nor an agreed target",
            hint="add rows to methods/history.csv, or a target to methods/agreements.csv",
        )
    return allocate(rest, costs) if costs else {}


def _level_weight(terms: Terms, inputs: Inputs, hospital: str) -> Decimal:
    if terms.level_weights is None:
        return Decimal(1)
    level = inputs.hospitals[hospital].level if hospital in inputs.hospitals else ""
    if level not in terms.level_weights:
        raise RulesError(
            f"method {inputs.method}: level_weights have no factor for the level {level!r} of hospital {hospital}",
            hint=f"the levels there are {', '.join(terms.level_weights)}; add one, or correct hospitals.csv",
        )
    return terms.level_weights[level].value


def _yuan(cost: Fraction) -> str:
    return plain(divide(cost, Decimal(1), 2))
