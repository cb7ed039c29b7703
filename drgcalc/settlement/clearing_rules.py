"""Rules of the clearing that need nothing but numbers: sharing by bands, targets, the check of the fourth quarter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from drgcalc.base.errors import Finding
from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.pay_findings import pay_finding
from drgcalc.settlement.pay_policy import ClearingRule, Sharing
from drgcalc.settlement.payment_rows import Key
from drgcalc.settlement.rows import Allocation


def shared(assessed: Decimal, booked: Decimal, sharing: Sharing) -> Decimal:
    """What sharing adds to the assessed amount, yuan; negative is taken off.

    The fund pays the booked amount and, of what the hospital saved (assessed above booked), its share in each band; of
    what it overran it bears its share in each band. The ratio's base, policy `base`, is 1. A base that is not above
    zero shares nothing.
    """
    base, other = (assessed, booked) if sharing.base.value == "payable" else (booked, assessed)
    if base <= 0:
        return ZERO
    ratio = Fraction(other) / Fraction(base)
    low, high = sorted((ratio, Fraction(1)))
    own = Fraction(0)
    for band in sharing.bands:
        top = high if band.upper is None else min(high, Fraction(band.upper))
        width = max(top - max(low, Fraction(band.lower)), Fraction(0))
        own += width * Fraction(base) * Fraction(band.hospital_share.value)
    paid = Fraction(booked) + (own if assessed > booked else -own)
    return round_half_up(paid - Fraction(assessed), MONEY_PLACES)


def target(rule: ClearingRule, share: Decimal, *, any_month: bool) -> str:
    """The targets and whether they are met, empty without any; where no month was paid there is nothing to judge."""
    bounds = [f"{bound.value} ({bound.source})" for bound in (rule.share_from, rule.share_to) if bound]
    judged = ("met" if meets(rule, share) else "missed") if any_month else "not judged, no month is paid"
    return f"{' to '.join(bounds)}: {judged}" if bounds else ""


def meets(rule: ClearingRule, share: Decimal) -> bool:
    """Whether a clearing share lies within the targets."""
    above = rule.share_from is None or share >= rule.share_from.value
    return above and (rule.share_to is None or share <= rule.share_to.value)


def quarter_findings(rule: ClearingRule, months: Sequence[Allocation]) -> tuple[Finding, ...]:
    """Hospitals whose fourth quarter is far from the mean of the other three; only where all twelve months are there.

    `months` are the allocations of the year's months; compared are the booked amounts.
    """
    limit = rule.quarter_check
    if limit is None or len({row.period for row in months}) < 12:
        return ()
    quarters: dict[Key, list[list[Decimal]]] = {}
    for row in months:
        parts = quarters.setdefault((row.pool, row.hospital_id), [[ZERO] for _ in range(4)])
        parts[(int(row.period[5:7]) - 1) // 3].append(row.fund_booked)
    found = []
    for (pool, hospital), parts in sorted(quarters.items()):
        mean = Fraction(total([part for quarter in parts[:3] for part in quarter])) / 3
        last = Fraction(total(parts[3]))
        if abs(last - mean) > Fraction(limit.value) * abs(mean):
            share = f"{round_half_up((last / mean - 1) * 100, 1)} %" if mean else "nothing before"
            message = (
                f"pool {pool}: {hospital} booked {total(parts[3]):,} yuan in the fourth quarter, {share} off the mean"
            )
            found.append(pay_finding("P105", message, field="fund_booked", value=hospital))
    return tuple(found)
