"""Single disease (单病种付费): a fixed price a case, of fund and patient, without deductible.

人社部发〔2011〕63号; Nanjing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import Due, Inputs, Paid
from drgcalc.settlement.methods.prices import price_of
from drgcalc.settlement.policy_reading import Choice, Table


class Terms(NamedTuple):
    """over_patient_price: what patients were charged beyond their part is deducted, or only reported."""

    over_patient_price: Choice


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]; prices are in methods/prices.csv."""
    return Terms(table.choice("over_patient_price", ("deducted", "reported")))


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """Cases × the fund's part of their price. Raises RulesError for a case without a price."""
    dues: list[Due] = []
    found: list[Finding] = []
    for pool, hospital in inputs.places():
        due, over = _due(terms, inputs, pool, hospital)
        dues.append(due)
        if over > 0:
            message = f"pool {pool}: hospital {hospital} charged patients {over:,} yuan beyond the fixed part"
            found.append(finding("S032", message, field="patient_paid", value=hospital))
    return Paid(tuple(dues), tuple(found))


def _due(terms: Terms, inputs: Inputs, pool: str, hospital: str) -> tuple[Due, Decimal]:
    fund, patient, words, sources = [ZERO], [ZERO], [], []
    claims = inputs.claims_of(pool, hospital)
    for claim in claims:
        price = price_of(inputs.prices, claim)
        fund.append(round_half_up(multiply(Decimal(claim.cases), price.fund_price), MONEY_PLACES))
        patient.append(round_half_up(multiply(Decimal(claim.cases), price.patient_price), MONEY_PLACES))
        words.append(f"{claim.cases} × {price.fund_price} ({claim.group_code or 'no group'}, {claim.month})")
        sources.append(price.source)
    over = less(total([ZERO, *(claim.patient_paid for claim in claims)]), *patient)
    deducted = over if over > 0 and terms.over_patient_price.value == "deducted" else ZERO
    if deducted:
        words.append(f"− {deducted:,} charged to patients beyond their part")
    cases = Decimal(sum(claim.cases for claim in claims))
    payable = less(total(fund), deducted)
    source = "; ".join(dict.fromkeys(sources)) or terms.over_patient_price.source
    return Due(pool, hospital, cases, "cases", payable, ZERO, " + ".join(words), source), over
