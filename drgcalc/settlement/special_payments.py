"""Cases that special review approved by item (特例单议): paid what was decided, out of the pool, before points are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals, Posting


class SpecialPayment(NamedTuple):
    """What one hospital's cases approved by item are paid in a pool: a row of sql/special_payments.sql."""

    pool: str
    hospital_id: str
    cases: int
    amount: Decimal


def with_special(totals: Iterable[HospitalTotals], payments: Iterable[SpecialPayment]) -> tuple[HospitalTotals, ...]:
    """Totals with what is paid beside their points; a hospital with such cases has totals, since it has records."""
    amounts = {(row.pool, row.hospital_id): row.amount for row in payments}
    return tuple(row._replace(special=amounts.get((row.pool, row.hospital_id), ZERO)) for row in totals)


def after_special_cases(pool: str, fund: Decimal, special: Mapping[str, Decimal]) -> Decimal:
    """What is left for points. Raises RulesError when the approved cases cost more than the pool holds."""
    left = less(fund, *special.values())
    if left < 0 < total([ZERO, *special.values()]):
        raise RulesError(
            f"pool {pool}: cases approved by item are paid {total(special.values()):,} yuan, the pool holds {fund:,}",
            hint="look at the amounts in decisions/special_cases.csv",
        )
    return left


def special_postings(policy: Policy, pool: str, totals: Sequence[HospitalTotals]) -> list[Posting]:
    """What each hospital gains for its cases that were approved by item."""
    rule = policy.points.cases.special_review
    source = rule.quota.source if rule else policy.point_value.convention.source
    words = "cases approved by item in special review, one by one in review.csv"
    return [
        Posting("special_cases", pool, "hospital", row.hospital_id, row.special, words, source)
        for row in totals
        if row.special
    ]
