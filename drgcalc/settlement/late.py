"""What a closed year is worth to hospitals once more: the assessment and sharing that it was cleared with, again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up, total
from drgcalc.settlement.clearing import FULL, Cleared
from drgcalc.settlement.clearing_rules import shared
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.pay_policy import Sharing
from drgcalc.settlement.payment_rows import Key
from drgcalc.settlement.rows import Allocation


def cleared_worth(rows: Iterable[Cleared]) -> dict[Key, Decimal]:
    """What a cleared year was worth, by pool and hospital: payable × assessment ± sharing, yuan."""
    return {(row.pool, row.hospital_id): total((row.assessed, row.shared)) for row in rows}


def worth_again(
    owed: Iterable[Allocation | MethodPayment],
    assessments: Mapping[Key, Decimal],
    sharing: Sharing | None,
    successors: Mapping[str, str],
) -> dict[Key, Decimal]:
    """The same of other payables, by pool and the hospital that stands at the end of the year.

    `assessments` are those that the year was cleared with; a hospital that had none is paid in full.
    """
    by_key: dict[Key, list[Allocation | MethodPayment]] = {}
    for row in owed:
        by_key.setdefault((row.pool, successors.get(row.hospital_id, row.hospital_id)), []).append(row)
    found = {}
    for key, rows in by_key.items():
        payable, booked = total(row.payable for row in rows), total(row.fund_booked for row in rows)
        assessed = round_half_up(multiply(payable, assessments.get(key, FULL)), MONEY_PLACES)
        found[key] = total((assessed, shared(assessed, booked, sharing))) if sharing else assessed
    return found
