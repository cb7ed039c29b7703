"""Outpatient capitation (门诊人头包干): heads × a yearly amount is the control, misses are shared. Rizhao."""

from __future__ import annotations

from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up
from drgcalc.settlement.methods.control import ControlTerms, Target, pay_targets, read_control
from drgcalc.settlement.methods.inputs import Inputs, Paid
from drgcalc.settlement.methods.reading import plain
from drgcalc.settlement.policy_reading import Number, Table

HEADS = "heads"
"""Agreed item: persons enrolled with the institution."""


class Terms(NamedTuple):
    """per_head: yuan a head and year."""

    per_head: Number
    control: ControlTerms


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]."""
    return Terms(table.number("per_head", "yuan"), read_control(table))


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Heads × per_head is every institution's control. Raises RulesError for one without heads."""
    targets = []
    for pool, hospital in inputs.places():
        heads = inputs.agreed(pool, hospital, HEADS)
        if heads is None:
            raise RulesError(
                f"method {inputs.method}: no number of heads of hospital {hospital} in pool {pool} in {inputs.year}",
                hint=f"add the item {HEADS} to methods/agreements.csv",
            )
        amount = round_half_up(multiply(heads.amount, terms.per_head.value), MONEY_PLACES)
        words = f"control {amount:,} = {plain(heads.amount)} heads × {plain(terms.per_head.value)}"
        targets.append(Target(pool, hospital, amount, words, f"{terms.per_head.source}; {heads.source}"))
    return pay_targets(terms.control, targets, inputs)
