"""DRG rate (DRG费率法): weight × rate × coefficient a stay; stays far above or below it are paid by item. CHS-DRG."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import MONEY_PLACES, divide, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import Claim, Due, Inputs, Paid
from drgcalc.settlement.methods.prices import weight_of
from drgcalc.settlement.policy_reading import Choice, Number, Table


class Terms(NamedTuple):
    """rates: yuan a weight by pool. coefficient: the hospital's of hospitals.csv, or none.

    A stay that costs more than `high` or less than `low` × its standard is paid by item: what was booked. fund_pays:
    standard less what patients paid, or × the hospital's ratio of fund to cost. without_weight: by item, or nothing.
    """

    rates: Mapping[str, Number]
    coefficient: Choice
    high: Number
    low: Number
    fund_pays: Choice
    without_weight: Choice


class Split(NamedTuple):
    """A hospital's stays: by standard (stays, yuan, what their patients paid) and by item (stays, yuan booked)."""

    stays: int
    standard: Decimal
    patients: Decimal
    by_item: int
    booked: Decimal


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]; weights are the scores of scores/*.csv."""
    rates = table.table("rates")
    terms = Terms(
        rates={pool: rates.number(pool, "yuan") for pool in rates.names()},
        coefficient=table.choice("coefficient", ("hospital", "none")),
        high=table.number("high", "times"),
        low=table.number("low", "times"),
        fund_pays=table.choice("fund_pays", ("standard_less_patients", "fund_ratio")),
        without_weight=table.choice("without_weight", ("by_item", "nothing")),
    )
    if terms.low.value >= terms.high.value:
        raise table.wrong("low", f"is {terms.low.value}, not below high", "stays between them are paid their standard")
    return terms


def standard_of(weight: Decimal, rate: Decimal, coefficient: Decimal) -> Decimal:
    """What one stay is worth, yuan: weight × rate × coefficient, rounded once."""
    return round_half_up(multiply(weight, rate, coefficient), MONEY_PLACES)


def by_item(terms: Terms, claim: Claim, standard: Decimal) -> bool:
    """Whether a stay's cost lies outside low and high × its standard."""
    ratio = abs(Fraction(claim.total_fee)) / Fraction(standard)
    return not Fraction(terms.low.value) <= ratio <= Fraction(terms.high.value)


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Every hospital's stays. Raises RulesError for a pool without a rate, and for a hospital without a coefficient."""
    dues: list[Due] = []
    found: list[Finding] = []
    for pool, hospital in inputs.places():
        if pool not in terms.rates:
            raise RulesError(
                f"method {inputs.method} has no rate for pool {pool}",
                hint="add it to [policy.methods.terms.rates], or route the pool's claims elsewhere",
            )
        claims = inputs.claims_of(pool, hospital)
        split = _split(terms, inputs, pool, hospital, claims)
        dues.append(_due(terms, pool, hospital, claims, split))
        if split.by_item:
            message = f"pool {pool}: {split.by_item:,} stays of hospital {hospital} are paid by item: {split.booked:,}"
            found.append(finding("S035", message, field="total_fee", value=hospital))
    return Paid(tuple(dues), tuple(found))


def _split(terms: Terms, inputs: Inputs, pool: str, hospital: str, claims: tuple[Claim, ...]) -> Split:
    rate, coefficient = terms.rates[pool].value, _coefficient(terms, inputs, hospital)
    standards, patients, booked = [ZERO], [ZERO], [ZERO]
    stays = items = 0
    for claim in claims:
        weight = weight_of(inputs.weights_of(claim.group_code), claim)
        standard = standard_of(weight.weight, rate, coefficient) if weight else ZERO
        if not standard and terms.without_weight.value == "nothing":
            continue
        if not standard or by_item(terms, claim, standard):
            items += claim.cases
            booked.append(claim.fund_booked)
        else:
            stays += claim.cases
            standards.append(multiply(standard, Decimal(claim.cases)))
            patients.append(claim.patient_paid)
    return Split(stays, total(standards), total(patients), items, total(booked))


def _due(terms: Terms, pool: str, hospital: str, claims: tuple[Claim, ...], split: Split) -> Due:
    if terms.fund_pays.value == "standard_less_patients":
        part = less(split.standard, split.patients)
        words = f"{split.stays:,} stays worth {split.standard:,} − patients {split.patients:,}"
    else:
        fee = total([ZERO, *(claim.total_fee for claim in claims)])
        fund = total([ZERO, *(claim.fund_booked for claim in claims)])
        part = divide(Fraction(split.standard) * Fraction(fund), fee, MONEY_PLACES) if fee else ZERO
        words = f"{split.stays:,} stays worth {split.standard:,} × {fund:,} ÷ {fee:,}"
    if split.by_item:
        words += f"; {split.by_item:,} by item {split.booked:,}"
    quantity = Decimal(split.stays + split.by_item)
    return Due(pool, hospital, quantity, "stays", total((part, split.booked)), ZERO, words, terms.rates[pool].source)


def _coefficient(terms: Terms, inputs: Inputs, hospital: str) -> Decimal:
    if terms.coefficient.value == "none":
        return Decimal(1)
    if hospital not in inputs.hospitals:
        raise RulesError(
            f"method {inputs.method}: hospital {hospital} is not in hospitals.csv, so it has no coefficient",
            hint="add it to hospitals.csv",
        )
    return inputs.hospitals[hospital].coefficient
