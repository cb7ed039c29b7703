"""DRG points of a sub-budget (DRG点数法): base points and hospital-group cost coefficients from two years' cost.

Zhejiang (Jinhua, Hangzhou), Ningbo Jiangbei. Halving the points of an earlier stay at a readmission is a rule of points
(settlement.points), not of this method.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import MONEY_PLACES, POINTS_PLACES, allocate, divide, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import MONTHS, Claim, Due, History, Inputs, Paid
from drgcalc.settlement.methods.reading import Budget, read_budget
from drgcalc.settlement.policy_reading import Choice, Number, Table


class Terms(NamedTuple):
    """scale: points of a case of mean cost. years: of cost before this one. small_group: fewer cases are reviewed.

    A case whose group is small, unknown or none earns `review_share` × its cost ÷ mean cost × scale. pays: the fund
    only, or fund and patients together, less what the hospital's patients paid. month_ratio: paid of a month at once.
    """

    budget: Budget
    scale: Number
    years: Number
    small_group: Number
    review_share: Number
    pays: Choice
    month_ratio: Number


class Scale(NamedTuple):
    """What history says, in exact ratios: mean cost of all, of a group, and a hospital's ÷ the group's."""

    mean: Fraction
    groups: Mapping[str, Fraction]
    coefficients: Mapping[tuple[str, str], Fraction]


def read(table: Table) -> Terms:
    """The keys of [policy.methods.terms]."""
    return Terms(
        budget=read_budget(table, "budget"),
        scale=table.number("scale", "points"),
        years=table.number("years", "years"),
        small_group=table.number("small_group", "cases"),
        review_share=table.number("review_share", "ratio"),
        pays=table.choice("pays", ("fund_only", "fund_plus_patient")),
        month_ratio=table.number("month_ratio", "ratio"),
    )


def scale_of(history: Iterable[History], year: int, years: int, small_group: int) -> Scale:
    """Means and coefficients of the years before `year`, every pool together; groups of fewer cases are left out."""
    counted = [row for row in history if year - years <= row.year < year and row.group_code and row.cases]
    everything = _mean(counted)
    by_group: dict[str, list[History]] = {}
    by_hospital: dict[tuple[str, str], list[History]] = {}
    for row in counted:
        by_group.setdefault(row.group_code, []).append(row)
        by_hospital.setdefault((row.hospital_id, row.group_code), []).append(row)
    groups = {
        group: _mean(rows) for group, rows in sorted(by_group.items()) if sum(row.cases for row in rows) >= small_group
    }
    coefficients = {
        key: _mean(rows) / groups[key[1]] for key, rows in sorted(by_hospital.items()) if groups.get(key[1])
    }
    return Scale(everything, groups, coefficients)


def points_of(terms: Terms, scale: Scale, claim: Claim) -> Fraction:
    """Points of a claim's cases, exactly: base points × coefficient × cases, or by cost where the group is reviewed."""
    if claim.group_code not in scale.groups:
        return Fraction(terms.review_share.value) * Fraction(claim.total_fee) / scale.mean * Fraction(terms.scale.value)
    base = scale.groups[claim.group_code] / scale.mean * Fraction(terms.scale.value)
    return base * scale.coefficients.get((claim.hospital_id, claim.group_code), Fraction(1)) * claim.cases


def pay(terms: Terms, inputs: Inputs) -> Paid:
    """The sub-budget of every pool by points. Raises RulesError without history."""
    scale = scale_of(inputs.history, inputs.year, int(terms.years.value), int(terms.small_group.value))
    if not scale.mean and inputs.claims:
        raise RulesError(
            f"method {inputs.method}: methods/history.csv has no cost by group of the {terms.years.value} years before",
            hint="add year, pool, hospital, group, cases and cost of these years",
        )
    dues: list[Due] = []
    found = list(_reviewed(terms, scale, inputs.claims))
    for pool in inputs.pools:
        claims = [claim for claim in inputs.claims if claim.pool == pool]
        if claims:
            paid = _pay_pool(terms, scale, inputs, pool, claims)
            dues += paid.dues
            found += paid.findings
    return Paid(tuple(dues), tuple(found))


def _pay_pool(terms: Terms, scale: Scale, inputs: Inputs, pool: str, claims: Sequence[Claim]) -> Paid:
    budget = terms.budget.amount(inputs.fund, pool)
    if not inputs.is_year:
        months = {f"{month:02}": Decimal(1) for month in range(1, MONTHS + 1)}
        budget = allocate(budget, months)[inputs.months[0][5:7]]
    points: dict[str, Decimal] = {}
    patients: dict[str, Decimal] = {}
    for hospital in sorted({claim.hospital_id for claim in claims}):
        own = [claim for claim in claims if claim.hospital_id == hospital]
        exact = sum((points_of(terms, scale, claim) for claim in own), Fraction(0))
        points[hospital] = max(round_half_up(exact, POINTS_PLACES), Decimal("0.0000"))
        patients[hospital] = total([ZERO, *(claim.patient_paid for claim in own)])
    together = terms.pays.value == "fund_plus_patient"
    money = total((budget, *(patients.values() if together else ())))
    whole = total(points.values())
    if not whole:
        message = f"pool {pool}: no points under {inputs.method}, {budget:,} yuan stay where they are"
        return Paid((), (finding("S004", message, field="points", value="0"),))
    shown = divide(money, whole, 8)
    shares = allocate(money, points)
    return Paid(
        tuple(
            _due(terms, inputs, pool, hospital, points[hospital], shown, share, patients[hospital])
            for hospital, share in shares.items()
        )
    )


def _due(
    terms: Terms,
    inputs: Inputs,
    pool: str,
    hospital: str,
    points: Decimal,
    value: Decimal,
    share: Decimal,
    paid: Decimal,
) -> Due:
    words = f"points {points} × {value}"
    payable = share
    if terms.pays.value == "fund_plus_patient":
        payable = less(share, paid)
        words += f" − patients {paid:,}"
    now = payable
    if not inputs.is_year:
        now = round_half_up(multiply(payable, terms.month_ratio.value), MONEY_PLACES)
    return Due(pool, hospital, points, "points", payable, less(payable, now), words, terms.budget.source)


def _reviewed(terms: Terms, scale: Scale, claims: Iterable[Claim]) -> Iterable[Finding]:
    counts: dict[tuple[str, str], int] = {}
    for claim in claims:
        if claim.group_code not in scale.groups:
            key = (claim.pool, claim.group_code or "none")
            counts[key] = counts.get(key, 0) + claim.cases
    for (pool, group), cases in sorted(counts.items()):
        message = (
            f"pool {pool}: {cases:,} cases of group {group}, which has fewer than {terms.small_group.value} cases in "
            f"history, earn points by cost"
        )
        yield finding("S034", message, field="group_code", value=group)


def _mean(rows: Sequence[History]) -> Fraction:
    cases = sum(row.cases for row in rows)
    return sum((Fraction(row.total_fee) for row in rows), Fraction(0)) / cases if cases else Fraction(0)
