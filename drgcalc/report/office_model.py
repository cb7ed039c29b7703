"""What the office asks for beside settling, as plain values: what is due, fund warnings, books, advances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.base.errors import Finding
    from drgcalc.settlement.deadlines import Due
    from drgcalc.settlement.feedback import CaseState, Loop
    from drgcalc.settlement.fund_watch import Indicator
    from drgcalc.settlement.netting import Netted
    from drgcalc.settlement.receivables import Reconciled


@dataclass(frozen=True)
class DueReport:
    """What is due on a day: periods, and cases whose next step of the feedback is due."""

    region: str
    on: date
    dues: tuple[Due, ...]
    cases: tuple[CaseState, ...]


class PoolBenefit(NamedTuple):
    """What the patients of a pool got back of what their stays cost, yuan, and per cent."""

    pool: str
    total: Decimal
    reimbursed: Decimal
    patient: Decimal
    ratio: Decimal | None


@dataclass(frozen=True)
class FundReport:
    """Fund warnings and coverages of a year; `findings` are the indicators beyond their bounds."""

    region: str
    period: str
    indicators: tuple[Indicator, ...]
    benefits: tuple[PoolBenefit, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ReconciliationReport:
    """A reconciliation over the settled months of a year."""

    region: str
    year: str
    months: tuple[str, ...]
    result: Reconciled


@dataclass(frozen=True)
class NettingReport:
    """A netting of so many advances between agencies."""

    region: str
    period: str
    advances: int
    result: Netted


@dataclass(frozen=True)
class LoopReport:
    """Where the cases of a period stand in the feedback loop on a day; `elsewhere`: cases with steps, not of it."""

    region: str
    period: str
    on: date
    loop: Loop
    elsewhere: int
