"""One record that can be mended, priced: its points as the case it would be, and what they move in its pool.

Nothing is invented: where the data do not say what the record would be, points or yuan are left out, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import total
from drgcalc.base.pricing_columns import RECODED
from drgcalc.records.checks import CHECKS, Check
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.stakes import Change, PoolStakes, Stake

SEP = "|"
CONFLICT, ROUNDED_ID = "R602", "R105"
ALONE = ("R102", ROUNDED_ID, "R106", CONFLICT)
"""Checks after which settlement or person are not certain: the record is priced without their other records."""
DOUBTFUL_AMOUNTS = ("R309", "R310")
NO_SCORE, NO_METHOD, TOO_LARGE, RIVALS, NO_FALLBACK = "no_score", "error", "too_large", "rivals", "no_fallback"
"""Reasons that only the policy's tables tell."""

_REASONS = {
    "pool": "its pool is not known",
    "hospital_level": "its hospital is not in force in hospitals.csv on the deciding date",
    "decided_on": "its deciding date is not known",
    "total_fee": "its cost is not known",
    "R306": "its cost is not known",
    "R307": "whether it is a stay or a refund is not known",
    "R308": "whether it is a stay or a refund is not known",
    "R501": "its principal diagnosis is not known, so it cannot be grouped",
    "R604": "which row it replaces is not known",
    "group": "its group depends on the sex, which is not known",
    "days": "its points depend on the days of the stay, which are not known",
    NO_SCORE: "its group has no score or no reference cost on the deciding date",
    NO_METHOD: "no routing rule of the policy fits it",
    TOO_LARGE: "its cost is too large a number",
    RIVALS: "two coefficients are equally specific for it",
    NO_FALLBACK: "no western group is known for its group",
}
_NO_AMOUNTS = (
    "its points are known, but not how much of its cost the fund and the patient paid, which its pool asks for"
)
_NO_VALUE = "its pool pays nothing for points"
_BY_METHOD = "it is paid by {method}, beside points"
_BEYOND = Decimal(10) ** 14
"""Points and yuan from here on do not fit into their columns; no pool is so large."""
_DAYS = ("R201", "R202", "R206")
_CHECKS: Mapping[str, Check] = {check.code: check for check in CHECKS}


class Mended(NamedTuple):
    """A row of run/sql/mended.sql: a record, the case it would be, and what the settlement has of it now.

    hindered: a key of the reasons, or the id of a method beside points; None: it has points. points: as that case;
    points_now: as settled; points_beside: what the person's other stays gain. counts…: whether its amounts enter.
    """

    kind: str
    codes: str
    pool: str | None
    hospital_id: str | None
    settlement_id: str | None
    file: str
    row: int
    total_fee: Decimal | None
    fund_booked: Decimal | None
    patient_paid: Decimal | None
    is_refund: bool
    group_now: str | None
    group_mended: str | None
    proposal: str | None
    hindered: str | None
    points: Decimal | None
    points_now: Decimal
    points_beside: Decimal
    counts: bool
    counts_now: bool


class PricedFinding(NamedTuple):
    """A record that can be mended and what that moves: a row of base.pricing_columns.FINDINGS_PRICED."""

    kind: str
    codes: str
    pool: str | None
    hospital_id: str | None
    settlement_id: str | None
    file: str
    row: int
    total_fee: Decimal | None
    group_now: str | None
    group_mended: str | None
    points: Decimal | None
    yuan_at_value: Decimal | None
    yuan_hospital: Decimal | None
    yuan_rest: Decimal | None
    yuan_kept: Decimal | None
    alternative: bool
    not_priced: str | None
    message: str
    hint: str


class PricedRecord(NamedTuple):
    """A priced record, and what sums need: whose totals change, None where no price is known, and by what."""

    finding: PricedFinding
    is_refund: bool
    paid_hospital: str | None
    change: Change


class AtStake(NamedTuple):
    """Records of one kind in one pool: base.pricing_columns.AT_STAKE."""

    pool: str | None
    kind: str
    records: int
    priced: int
    alternatives: int
    points: Decimal
    yuan_at_value: Decimal
    fund: Decimal | None
    point_value: Decimal | None
    point_value_mended: Decimal | None


class Stakes(NamedTuple):
    """What a settlement tells of its records that can be mended: sums by pool and kind, and the largest records."""

    sums: tuple[AtStake, ...]
    largest: tuple[PricedFinding, ...]


def hindrances(rules: PointRules) -> tuple[tuple[int, str, str], ...]:
    """What keeps a record from having points, most telling first: (place, fact or check that shows it, reason)."""
    by_days = any((rules.cases.short_stay, rules.cases.long_stay, rules.cases.bed_days))
    shown = [(key, key) for key in ("pool", "R604", "R501", "decided_on", "hospital_level")]
    shown += [(key, key) for key in ("total_fee", "R306", "R307", "R308", "group")]
    shown += [(code, "days") for code in _DAYS if by_days]
    return tuple((place, key, reason) for place, (key, reason) in enumerate(shown, 1))


def price(
    record: Mended, pools: Mapping[str, PoolStakes], successors: Mapping[str, str], *, all_amounts: bool
) -> PricedRecord:
    """What mending the record alone would move.

    pools: those that were settled and paid; successors: the hospitals that stand in place of others; all_amounts:
    amounts of records without points enter the point value too.
    """
    reason = None if record.hindered is None else _reason(record.hindered)
    points, change, stake = None, Change(ZERO), None
    hospital = successors.get(record.hospital_id or "", record.hospital_id or "")
    if reason is None and record.points is not None and record.pool is not None:
        points = total((less(record.points, record.points_now), record.points_beside))
        pool = pools.get(record.pool)
        added = _added(record, all_amounts)
        if pool is None:
            reason = _NO_VALUE
        elif pool.needs_amounts and added and not _amounts_are_known(record):
            reason = _NO_AMOUNTS
        else:
            change = _change(record, points, added)
            stake = pool.stake(hospital, change)
            reason = _NO_VALUE if stake is None else None
        if any(abs(amount) >= _BEYOND for amount in (points, *(stake or ()))):
            points, stake, reason = None, None, _REASONS[TOO_LARGE]
    finding = _finding(record, points, stake, reason)
    return PricedRecord(finding, record.is_refund, hospital if stake else None, change)


def _finding(record: Mended, points: Decimal | None, stake: Stake | None, reason: str | None) -> PricedFinding:
    codes = record.codes.split(SEP)
    checks = [_CHECKS[code] for code in codes]
    proposed = [f"priced with {record.proposal}"] if record.proposal else []
    return PricedFinding(
        kind=record.kind,
        codes=record.codes,
        pool=record.pool,
        hospital_id=record.hospital_id,
        settlement_id=record.settlement_id,
        file=record.file,
        row=record.row,
        total_fee=record.total_fee,
        group_now=record.group_now,
        group_mended=record.group_mended,
        points=points,
        yuan_at_value=stake.at_value if stake else None,
        yuan_hospital=stake.hospital if stake else None,
        yuan_rest=stake.rest if stake else None,
        yuan_kept=stake.kept if stake else None,
        alternative=CONFLICT in codes and ROUNDED_ID not in codes,
        not_priced=reason,
        message=_told([*(check.message for check in checks), *proposed]),
        hint=_told(check.hint for check in checks),
    )


def _reason(hindered: str) -> str:
    return _REASONS.get(hindered) or _BY_METHOD.format(method=hindered)


def _added(record: Mended, all_amounts: bool) -> int:
    """How often the record's amounts are added to the totals of its hospital: 1, 0, or −1."""
    before = record.kind == RECODED and (all_amounts or record.counts_now)
    return (all_amounts or record.counts) - before


def _amounts_are_known(record: Mended) -> bool:
    given = None not in (record.total_fee, record.fund_booked, record.patient_paid)
    return given and not any(code in record.codes.split(SEP) for code in DOUBTFUL_AMOUNTS)


def _change(record: Mended, points: Decimal, added: int) -> Change:
    amounts = (record.total_fee or ZERO, record.fund_booked or ZERO, record.patient_paid or ZERO)
    if added == 0:
        return Change(points)
    return Change(points, *(amount if added > 0 else less(ZERO, amount) for amount in amounts))


def _told(sentences: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(sentences))
