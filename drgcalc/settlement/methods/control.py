"""A yearly target and its monthly quotas: what total control, budgets by history and capitation share (总额控制)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import MONEY_PLACES, allocate, divide, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.inputs import MONTHS, Adjustment, Claim, Due, Inputs, Paid
from drgcalc.settlement.methods.sharing import Sharing, read_sharing, share
from drgcalc.settlement.policy_reading import Choice, Number, Table

ASSESSMENT = "assessment"
"""Agreed item: the score, 0 to 1, by which the deposit is released when the year is settled."""


class ControlTerms(NamedTuple):
    """How a target is paid: what hospitals declare, what waits, and who bears a miss.

    A hospital that declares nothing in more than `idle_months` months loses a twelfth of its target for each.
    working_capital (周转金): the part of the target that is sent with January, beside what is declared. It is nobody's
    income: what waits is less by it until the clearing, which takes off all that months have sent.
    """

    declared: Choice
    deposit: Number
    clearing_reserve: Number
    idle_months: Number | None
    sharing: Sharing
    working_capital: Number | None = None


class Target(NamedTuple):
    """One hospital's target of the year before adjustments, yuan, and how it came about."""

    pool: str
    hospital_id: str
    amount: Decimal
    words: str
    source: str


class Month(NamedTuple):
    """One month against its quota: paid + deferred = declared."""

    paid: Decimal
    deferred: Decimal


def read_control(table: Table) -> ControlTerms:
    """The keys every target method has in common."""
    terms = ControlTerms(
        declared=table.choice("declared", ("fund_booked", "total_fee")),
        deposit=table.number("deposit_ratio", "ratio"),
        clearing_reserve=table.number("clearing_reserve", "ratio"),
        idle_months=table.number("idle_months", "months") if table.has("idle_months") else None,
        sharing=read_sharing(table),
        working_capital=table.number("working_capital", "ratio") if table.has("working_capital") else None,
    )
    if total((terms.deposit.value, terms.clearing_reserve.value)) > 1:
        raise table.wrong("deposit_ratio", "and clearing_reserve exceed the target", "their sum is at most 1")
    return terms


def quotas(target: Decimal, terms: ControlTerms, adjustments: Sequence[Adjustment] = ()) -> dict[int, Decimal]:
    """The twelve monthly quotas, yuan: target × (1 − deposit − reserve), split evenly to the fen.

    A dated adjustment splits what is then left anew over its month and the later ones; earlier months do not change.
    Raises RulesError when it takes away more than is left.
    """
    paid_monthly = less(Decimal(1), terms.deposit.value, terms.clearing_reserve.value)
    found = _even(round_half_up(multiply(target, paid_monthly), MONEY_PLACES), 1)
    whole = target
    for change in sorted(adjustments, key=lambda row: (row.from_month, row.decided_on, row.source, row.amount)):
        whole = total((whole, change.amount))
        given = [found[month] for month in range(1, change.from_month)]
        rest = less(round_half_up(multiply(whole, paid_monthly), MONEY_PLACES), *given)
        if rest < 0:
            raise RulesError(
                f"the adjustment of {change.amount:,} yuan to {change.hospital_id} from month {change.from_month} "
                f"takes {less(ZERO, rest):,} yuan more than the months from then on hold",
                hint=f"correct methods/adjustments.csv: {change.source}",
            )
        found |= _even(rest, change.from_month)
    return found


def month_against(quota: Decimal, declared: Decimal) -> Month:
    """What a month pays and what is deferred to the year's end; a negative declaration is taken at once."""
    paid = min(declared, quota)
    return Month(paid, less(declared, paid))


def pay_targets(terms: ControlTerms, targets: Sequence[Target], inputs: Inputs) -> Paid:
    """What hospitals are due under their targets. Hospitals with claims and no target are an error of the tables."""
    known = {(target.pool, target.hospital_id) for target in targets}
    for claim in inputs.claims:
        if (claim.pool, claim.hospital_id) not in known:
            raise RulesError(
                f"method {inputs.method}: hospital {claim.hospital_id} declares in pool {claim.pool} and has no target",
                hint="add its history or its agreement to methods/, or route its claims elsewhere",
            )
    for change in inputs.adjustments:
        if change.year == inputs.year and (change.pool, change.hospital_id) not in known:
            raise RulesError(
                f"method {inputs.method}: hospital {change.hospital_id} has no target in pool {change.pool} that "
                f"{change.amount:,} yuan could be added to",
                hint=f"correct methods/adjustments.csv: {change.source}",
            )
    settle = _year if inputs.is_year else _month
    dues, found = [], []
    for target in targets:
        due, findings = settle(terms, target, inputs)
        dues.append(due)
        found += findings
    return Paid(tuple(dues), tuple(found))


def _month(terms: ControlTerms, target: Target, inputs: Inputs) -> tuple[Due, list[Finding]]:
    number = int(inputs.months[0][5:7])
    quota = quotas(target.amount, terms, _adjustments(target, inputs))[number]
    declared = _declared(terms, inputs.claims_of(target.pool, target.hospital_id))
    done = month_against(quota, declared)
    words = f"declared {declared:,}, quota {quota:,} of {target.words}; deferred {done.deferred:,}"
    lent = _working_capital(terms, target) if number == 1 else ZERO
    words += f"; working capital {lent:,}, which the clearing takes back" if lent else ""
    waits = less(done.deferred, lent)
    found = [] if declared else [_idle(target, inputs.method, inputs.months[0])]
    return Due(target.pool, target.hospital_id, quota, "yuan", declared, waits, words, target.source), found


def _working_capital(terms: ControlTerms, target: Target) -> Decimal:
    """What is sent at the start of the year, yuan: a part of the target before adjustments."""
    if terms.working_capital is None:
        return ZERO
    return round_half_up(multiply(target.amount, terms.working_capital.value), MONEY_PLACES)


def _year(terms: ControlTerms, target: Target, inputs: Inputs) -> tuple[Due, list[Finding]]:
    changes = _adjustments(target, inputs)
    claims = inputs.claims_of(target.pool, target.hospital_id)
    idle = sorted(set(inputs.months) - {claim.month for claim in claims})
    whole = total((target.amount, *(change.amount for change in changes)))
    words = target.words
    if changes:
        words += "".join(f"; {change.amount:+,} from month {change.from_month}: {change.reason}" for change in changes)
    if terms.idle_months is not None and len(idle) > terms.idle_months.value:
        whole, cut = _cut(whole, len(idle))
        words += f"; {cut:,} cut for {len(idle)} months without a declaration"
    shared = share(whole, _declared(terms, claims), terms.sharing)
    retained, waits = _deposit(terms, whole, shared.payable, target, inputs)
    payable = less(shared.payable, waits.lost)
    due = Due(
        target.pool, target.hospital_id, whole, "yuan", payable, retained, f"{words}; {shared.words}{waits.words}",
        target.source,
    )  # fmt: skip
    return due, [_idle(target, inputs.method, " ".join(idle))] if idle else []


class _Deposit(NamedTuple):
    """What of the deposit an assessment takes away for good, and the words for it."""

    lost: Decimal
    words: str


def _deposit(
    terms: ControlTerms, target: Decimal, payable: Decimal, place: Target, inputs: Inputs
) -> tuple[Decimal, _Deposit]:
    """The part of the payable that waits for the assessment, and what an assessment that is there takes away."""
    deposit = min(round_half_up(multiply(target, terms.deposit.value), MONEY_PLACES), max(payable, ZERO))
    score = inputs.agreed(place.pool, place.hospital_id, ASSESSMENT)
    if not deposit:
        return ZERO, _Deposit(ZERO, "")
    if score is None:
        return deposit, _Deposit(ZERO, f"; deposit {deposit:,} waits for the assessment")
    if not 0 <= score.amount <= 1:
        raise RulesError(
            f"the assessment of {place.hospital_id} is {score.amount}, and a score lies between 0 and 1",
            hint=f"correct methods/agreements.csv: {score.source}",
        )
    released = round_half_up(multiply(deposit, score.amount), MONEY_PLACES)
    words = f"; deposit {deposit:,} released × {score.amount} ({score.source})"
    return ZERO, _Deposit(less(deposit, released), words)


def _cut(target: Decimal, idle: int) -> tuple[Decimal, Decimal]:
    cut = divide(Fraction(target) * idle, Decimal(MONTHS), MONEY_PLACES)
    return less(target, cut), cut


def _declared(terms: ControlTerms, claims: Sequence[Claim]) -> Decimal:
    return total([ZERO, *(getattr(claim, terms.declared.value) for claim in claims)])


def _adjustments(target: Target, inputs: Inputs) -> list[Adjustment]:
    place = (inputs.year, target.pool, target.hospital_id)
    return [row for row in inputs.adjustments if (row.year, row.pool, row.hospital_id) == place]


def _even(amount: Decimal, first: int) -> dict[int, Decimal]:
    weights = {f"{month:02}": Decimal(1) for month in range(first, MONTHS + 1)}
    return {int(month): part for month, part in allocate(amount, weights).items()}


def _idle(target: Target, method: str, months: str) -> Finding:
    message = f"pool {target.pool}: hospital {target.hospital_id} declares nothing under {method} in {months}"
    return finding("S030", message, field="month", value=months)
