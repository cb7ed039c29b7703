"""What reading, comparing and checking a policy found, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.base.errors import Finding
    from drgcalc.settlement.payment_curve import Example


class Term(NamedTuple):
    """One entry of a policy block."""

    key: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True)
class Terms:
    """A policy block, flat, in its own order."""

    title: str
    document: str
    effective_from: date
    effective_to: date
    terms: tuple[Term, ...]


class TermChange(NamedTuple):
    """One entry of two policy blocks that differs: value and unit, empty on a side that does not have it."""

    key: str
    old: str
    new: str
    old_source: str
    new_source: str


@dataclass(frozen=True)
class PolicyChanges:
    """Two policy blocks compared; `old` and `new` name them."""

    old: str
    new: str
    changes: tuple[TermChange, ...]


class PieceShown(NamedTuple):
    """A straight piece of a payment curve: ratios of cost ÷ reference, multiples of the base points, and yuan.

    `is_open`: it has no upper bound and is shown up to `to_ratio`. Yuan are empty where no example is known.
    """

    segment: str
    label: str
    from_ratio: Decimal
    to_ratio: Decimal
    is_open: bool
    from_multiple: Decimal
    to_multiple: Decimal
    from_cost: Decimal | None
    to_cost: Decimal | None
    from_yuan: Decimal | None
    to_yuan: Decimal | None
    flag: str


class CurveShown(NamedTuple):
    """What groups of a layer earn at hospitals of the levels that have a coefficient."""

    layer: str
    levels: tuple[str, ...]
    coefficient: Decimal
    pieces: tuple[PieceShown, ...]


@dataclass(frozen=True)
class PolicyChecked:
    """A policy's payment curves and what is odd about it; `example`: the group that yuan are computed with."""

    title: str
    document: str
    example: Example | None
    curves: tuple[CurveShown, ...]
    findings: tuple[Finding, ...]
