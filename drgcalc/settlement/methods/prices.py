"""Prices and weights by hospital, level and group: the most specific row in force wins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from drgcalc.base.errors import RulesError
from drgcalc.settlement.methods.inputs import Claim, Price, Weight, first_day


def price_of(prices: Iterable[Price], claim: Claim) -> Price:
    """The price of a claim in its month. A row that names more of hospital, level and group is more specific.

    Raises RulesError when there is none, or when two rows are equally specific.
    """
    day = first_day(claim.month)
    fitting = [row for row in prices if _fits(row, claim) and in_force(row.effective_from, row.effective_to, day)]
    where = f"{claim.hospital_id}, level {claim.level or 'unknown'}, group {claim.group_code or 'none'}, {claim.month}"
    if not fitting:
        raise RulesError(
            f"method {claim.method} has no price for hospital {where}",
            hint="add a row to methods/prices.csv that is in force then; an empty hospital, level or group is any",
        )
    best = max(_named(row) for row in fitting)
    winners = [row for row in fitting if _named(row) == best]
    if len(winners) > 1:
        raise RulesError(
            f"method {claim.method} has {len(winners)} equally specific prices for hospital {where}",
            hint=f"keep one row of methods/prices.csv: {'; '.join(row.source for row in winners)}",
        )
    return winners[0]


def weight_of(weights: Iterable[Weight], claim: Claim) -> Weight | None:
    """The weight of a claim's month among those of its group: its level's before every level's; None without one."""
    day = first_day(claim.month)
    fitting = {
        row.level: row
        for row in weights
        if row.level in (None, claim.level) and in_force(row.effective_from, row.effective_to, day)
    }
    return fitting.get(claim.level) or fitting.get(None)


def in_force(first: date, last: date | None, day: date) -> bool:
    """Whether a span of days holds `day`; without a last day it goes on."""
    return first <= day and (last is None or day <= last)


def _fits(row: Price, claim: Claim) -> bool:
    pairs = ((row.hospital_id, claim.hospital_id), (row.level, claim.level), (row.group_code, claim.group_code))
    return all(not asked or asked == found for asked, found in pairs)


def _named(row: Price) -> int:
    return sum(1 for cell in (row.hospital_id, row.level, row.group_code) if cell)
