"""Dated changes of a year's budget (预算调整): months from their day on share them, earlier months stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from drgcalc.base.errors import RulesError
from drgcalc.base.money import allocate, total
from drgcalc.settlement.decisions import Adjustment
from drgcalc.settlement.fund import Waterfall
from drgcalc.settlement.ledger import ZERO, Postings
from drgcalc.settlement.rows import PoolLine

ACCOUNT = STEP = "budget_adjustment"


def approved(adjustments: Iterable[Adjustment], year: int) -> tuple[Adjustment, ...]:
    """Those that count for the pools of a year: finally approved, and not of one hospital (finding D115)."""
    return tuple(
        row
        for row in adjustments
        if row.final_review == "approved" and row.hospital_id is None and row.effective_from.year == year
    )


def adjust_year(falls: Mapping[str, Waterfall], adjustments: Sequence[Adjustment]) -> dict[str, Waterfall]:
    """The year's pools with every adjustment, after floor and cap. Raises RulesError when a pool falls below zero."""
    return {pool: _adjusted(fall, [(row, row.amount) for row in adjustments]) for pool, fall in falls.items()}


def adjust_month(
    falls: Mapping[str, Waterfall], adjustments: Sequence[Adjustment], shares: Sequence[Decimal], month: int
) -> dict[str, Waterfall]:
    """A month's pools with its part of every adjustment in force; the parts of the months sum to it exactly.

    Raises RulesError when a pool falls below zero.
    """
    parts = [(row, month_part(row, shares, month)) for row in adjustments]
    return {pool: _adjusted(fall, parts) for pool, fall in falls.items()}


def month_part(adjustment: Adjustment, shares: Sequence[Decimal], month: int) -> Decimal:
    """What a month, 1 to 12, has of an adjustment: the months from its own on share it by their shares, yuan."""
    first = adjustment.effective_from.month
    if month < first:
        return ZERO
    weights = {f"{number:02}": share for number, share in enumerate(shares, 1) if number >= first}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, Decimal(1))
    return allocate(adjustment.amount, weights)[f"{month:02}"]


def _adjusted(fall: Waterfall, parts: Sequence[tuple[Adjustment, Decimal]]) -> Waterfall:
    own = [(row, part) for row, part in parts if row.pool == fall.pool and part]
    if not own:
        return fall
    final = total((fall.final, *(part for _, part in own)))
    if final < 0:
        raise RulesError(
            f"pool {fall.pool}: budget adjustments take {final.copy_negate():,} yuan more than the pool holds",
            hint="check the signs in decisions/adjustments.csv",
        )
    *before, result = fall.lines
    lines = [
        PoolLine(fall.pool, 0, f"adjustment/{row.notice}", f"预算调整 {row.notice}", part, "draw", row.source)
        for row, part in own
    ]
    numbered = [*before, *lines, result._replace(amount=final)]
    postings = Postings(fall.pool)
    for row, part in own:
        words = f"{row.notice} from {row.effective_from}: {row.reason}; asked for by {row.requester}"
        postings.move(STEP, ACCOUNT, "payable_pool", part, words, row.source)
    return replace(
        fall,
        lines=tuple(line._replace(line=number) for number, line in enumerate(numbered, 1)),
        postings=(*fall.postings, *postings.done()),
        final=final,
    )
