"""A hospital's statement as plain values: from points to what is payable, to what is sent, to what is still due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from drgcalc.settlement.account import Held, Part


class StatementLine(NamedTuple):
    """One posting of a hospital's account, and the account's balance after it, yuan."""

    pool: str
    step: str
    account: str
    amount: Decimal
    balance: Decimal
    explanation: str
    source: str


class MonthLine(NamedTuple):
    """What a month of a cleared year did for a hospital, or for one that became part of it, yuan.

    corrected: differences to closed months, decisions by hand and transfers; still_due: after the month, advances
    aside.
    """

    period: str
    pool: str
    hospital_id: str
    payable: Decimal
    corrected: Decimal
    deducted: Decimal
    sent: Decimal
    still_due: Decimal


@dataclass(frozen=True)
class Statement:
    """One hospital's postings in one period, in order; the balance of the last line is what is payable (`totals`).

    payments: the postings on its way from payable to sent, which end at zero. held: what its accounts hold before and
    after a month. months: those of a cleared year. parts: all of it in one sum a pool. notes: why there is no payment.
    """

    period: str
    hospital_id: str
    hospital_name: str
    lines: tuple[StatementLine, ...]
    totals: Mapping[str, Decimal]
    payments: tuple[StatementLine, ...] = ()
    held: tuple[Held, ...] = ()
    months: tuple[MonthLine, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
