"""The parts of a policy block about paying: [policy.month], [policy.payment] and [policy.clearing]."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import total
from drgcalc.settlement.policy_reading import Choice, Number, Table, decimal

MONTH_POOL = "month_pool"
BASES = (MONTH_POOL, "opening_value", "last_year_value")
NEGATIVES = ("carry", "receivable")
SHARING_BASES = ("payable", "booked")
MISSING_ASSESSMENTS = ("required", "full_score")


@dataclass(frozen=True)
class MonthRule:
    """How a month is settled: twelve weights that split the year's pool, and the share that is paid at once.

    basis month_pool: the month's pool is divided by its points. opening_value and last_year_value: `values` are given,
    yuan a point by pool, and what the month's pool leaves over waits in the fund.
    """

    basis: Choice
    shares: tuple[Decimal, ...]
    shares_source: str
    pay_ratio: Number
    values: Mapping[str, Number]


class Deposit(NamedTuple):
    """Quality deposit (质量保证金): the ratio of a month's payment held back, and the most the law allows."""

    ratio: Number
    maximum: Number


@dataclass(frozen=True)
class PaymentRule:
    """What happens between a month's payable and the money that is sent.

    negative: what is below zero is carried against the next payment, or is a receivable. defer_above: the part of a
    month's payable above this multiple of its booked amount waits for the clearing. advance_limit: the most of a
    year's pool that may be paid in advance.
    """

    deposit: Deposit | None
    negative: Choice
    defer_above: Number | None
    advance_limit: Number | None


class Band(NamedTuple):
    """A segment of the ratio, `lower` included to `upper` (None: without end), and the hospital's share of it."""

    lower: Decimal
    upper: Decimal | None
    hospital_share: Number


@dataclass(frozen=True)
class Sharing:
    """Surplus retention and overrun sharing (结余留用、超支分担) by bands of a ratio whose base is 1.

    base payable: booked ÷ payable; base booked: payable ÷ booked, which is how a cap such as 110 % of the booked amount
    is written.
    """

    base: Choice
    bands: tuple[Band, ...]


class Deadline(NamedTuple):
    """The day by which the clearing must be done."""

    day: date
    source: str


@dataclass(frozen=True)
class ClearingRule:
    """The end of the year: what a missing assessment means, sharing, and the targets that the clearing is held to.

    quarter_check: the fourth quarter's booked amount against the mean of the others, beyond which there is a finding.
    """

    missing_assessment: Choice
    sharing: Sharing | None
    share_from: Number | None
    share_to: Number | None
    deadline: Deadline | None
    quarter_check: Number | None


def read_month(table: Table, pools: Collection[str]) -> MonthRule:
    """[policy.month]. Raises RulesError."""
    entry = table.table("shares")
    shares = _read_shares(entry)
    basis = table.choice("basis", BASES)
    rule = MonthRule(
        basis=basis,
        shares=shares,
        shares_source=entry.source(),
        pay_ratio=table.number("pay_ratio", "ratio"),
        values={} if basis.value == MONTH_POOL else _read_values(table.table("values"), pools),
    )
    entry.finish()
    table.finish()
    return rule


def read_payment(table: Table) -> PaymentRule:
    """[policy.payment]. Raises RulesError, also when the deposit is above what the law allows."""
    rule = PaymentRule(
        deposit=_read_deposit(table.table("deposit")) if table.has("deposit") else None,
        negative=table.choice("negative", NEGATIVES),
        defer_above=table.number("defer_above", "factor") if table.has("defer_above") else None,
        advance_limit=table.number("advance_limit", "ratio") if table.has("advance_limit") else None,
    )
    table.finish()
    return rule


def read_clearing(table: Table) -> ClearingRule:
    """[policy.clearing]. Raises RulesError."""
    rule = ClearingRule(
        missing_assessment=table.choice("missing_assessment", MISSING_ASSESSMENTS),
        sharing=_read_sharing(table.table("sharing")) if table.has("sharing") else None,
        share_from=table.number("share_from", "ratio") if table.has("share_from") else None,
        share_to=table.number("share_to", "ratio") if table.has("share_to") else None,
        deadline=_read_deadline(table.table("deadline")) if table.has("deadline") else None,
        quarter_check=table.number("quarter_check", "ratio") if table.has("quarter_check") else None,
    )
    table.finish()
    return rule


def _read_shares(entry: Table) -> tuple[Decimal, ...]:
    value = entry.take("value")
    if value == "equal":
        return (Decimal(1),) * 12
    if not isinstance(value, list) or len(value) != 12:
        raise entry.wrong("value", 'must be "equal" or a list of twelve shares', "give January to December")
    if entry.text("unit") != "ratio":
        raise entry.wrong("unit", 'must be "ratio"', 'write unit = "ratio"')
    shares = tuple(decimal(share, entry, "value") for share in value)
    if min(shares) < 0 or total(shares) != 1:
        raise entry.wrong("value", f"sums to {total(shares)}", "twelve shares, none negative, that sum to 1")
    return shares


def _read_values(table: Table, pools: Collection[str]) -> dict[str, Number]:
    values = {pool: table.number(pool, "yuan_per_point") for pool in pools}
    table.finish()
    return values


def _read_deposit(table: Table) -> Deposit:
    deposit = Deposit(table.number("ratio", "ratio"), table.number("maximum", "ratio"))
    table.finish()
    if deposit.ratio.value > deposit.maximum.value:
        raise table.wrong(
            "ratio",
            f"is {deposit.ratio.value}, above the maximum of {deposit.maximum.value} ({deposit.maximum.source})",
            "hold back no more than the law allows",
        )
    return deposit


def _read_sharing(table: Table) -> Sharing:
    base = table.choice("base", SHARING_BASES)
    bands = tuple(_read_band(entry) for entry in table.tables("bands"))
    table.finish()
    if not bands:
        raise table.wrong("bands", "has none", "without sharing leave [policy.clearing.sharing] out")
    for earlier, later in itertools.pairwise(bands):
        if earlier.upper != later.lower:
            raise table.wrong("bands", f"end at {earlier.upper} and go on at {later.lower}", "bands follow each other")
    if bands[0].lower != 0 or bands[-1].upper is not None:
        raise table.wrong("bands", "do not cover every ratio", "begin with from = 0 and leave `to` of the last one out")
    return Sharing(base, bands)


def _read_band(entry: Table) -> Band:
    lower = decimal(entry.take("from"), entry, "from")
    upper = decimal(entry.take("to"), entry, "to") if entry.has("to") else None
    band = Band(lower, upper, entry.number("hospital_share", "ratio"))
    entry.finish()
    if upper is not None and upper <= lower:
        raise entry.wrong("to", f"is {upper}, not above from = {lower}", "a band ends above where it begins")
    return band


def _read_deadline(table: Table) -> Deadline:
    deadline = Deadline(table.day("value"), table.source())
    table.finish()
    return deadline
