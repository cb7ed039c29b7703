"""Overruns shared in tiers, savings kept in part (超支分担、结余留用)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.reading import plain
from drgcalc.settlement.policy_reading import Number, Table


class Tier(NamedTuple):
    """A part of the overrun: up to `up_to` × target beyond the target (None: all that is left)."""

    up_to: Number | None
    hospital_share: Number


class Sharing(NamedTuple):
    """Who bears an overrun, tier by tier, and what share of a saving the hospital keeps."""

    overrun: tuple[Tier, ...]
    saving_kept: Number


class Shared(NamedTuple):
    """Payable of a target that was missed, yuan: over target it is actual − bears, below it actual + reward."""

    payable: Decimal
    bears: Decimal
    reward: Decimal
    words: str


def read_sharing(table: Table) -> Sharing:
    """`overrun = [{ up_to = …, hospital_share = … }, …]` from the target upwards, and `saving_kept`."""
    tiers = []
    for entry in table.tables("overrun"):
        up_to = entry.number("up_to", "ratio") if entry.has("up_to") else None
        tiers.append(Tier(up_to, entry.number("hospital_share", "ratio")))
        entry.finish()
    bounds = [tier.up_to.value for tier in tiers[:-1] if tier.up_to]
    if not tiers or tiers[-1].up_to is not None or len(bounds) != len(tiers) - 1:
        raise table.wrong("overrun", "does not end with an open tier", "give every tier but the last an up_to")
    if any(lower >= upper for lower, upper in pairwise([Decimal(0), *bounds])):
        raise table.wrong("overrun", "has tiers out of order", "let each up_to be above the one before")
    return Sharing(tuple(tiers), table.number("saving_kept", "ratio"))


def share(target: Decimal, actual: Decimal, rule: Sharing) -> Shared:
    """What is paid for `actual` under a target, yuan; rounded once, half up."""
    gap = less(actual, target)
    if gap <= 0:
        reward = round_half_up(-Fraction(gap) * Fraction(rule.saving_kept.value), MONEY_PLACES)
        words = f"{less(ZERO, gap):,} below target {target:,}, {plain(rule.saving_kept.value)} of it kept: {reward:,}"
        return Shared(less(actual, less(ZERO, reward)), ZERO, reward, words)
    bears, lower = Fraction(0), Fraction(0)
    for tier in rule.overrun:
        upper = (
            Fraction(gap) if tier.up_to is None else min(Fraction(gap), Fraction(tier.up_to.value) * Fraction(target))
        )
        bears += max(upper - lower, Fraction(0)) * Fraction(tier.hospital_share.value)
        lower = max(lower, upper)
    borne = round_half_up(bears, MONEY_PLACES)
    words = f"{gap:,} beyond target {target:,}, the hospital bears {borne:,}"
    return Shared(less(actual, borne), borne, ZERO, words)
