"""What closing, history and comparison of versions found, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drgcalc.settlement.own_view import OwnAmount, OwnDifference
from drgcalc.settlement.rows import Allocation


class Change(NamedTuple):
    """What a cause changes for one hospital and pool, yuan."""

    cause: str
    pool: str
    hospital_id: str
    payable: Decimal
    retained: Decimal


@dataclass(frozen=True)
class Event:
    """A line of the trace: "close" or "reopen", the version, the day, and why."""

    event: str
    version: int
    on: str
    reason: str


@dataclass(frozen=True)
class Closing:
    """A period that was closed or reopened. `notes`: what has moved on since its version was published."""

    period: str
    version: int
    event: str
    reason: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """A published version of a period: what came in, what it pays, and what is another than in the version before."""

    number: int
    closed: bool
    drgcalc: str
    accepted: int
    rejected: int
    payable: Mapping[str, str]
    point_values: Mapping[str, str]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """Every version of a period side by side, oldest first, and its closings and reopenings."""

    period: str
    versions: tuple[Version, ...]
    trace: tuple[Event, ...]


class PartChange(NamedTuple):
    """A part of a hospital's payment that differs between two versions of a month, yuan."""

    part: str
    pool: str
    hospital_id: str
    amount: Decimal


@dataclass(frozen=True)
class Explained:
    """Everything that makes two versions differ: payables by cause, which add up to the fen; then parts of payments."""

    old: str
    new: str
    changes: tuple[Change, ...]
    payments: tuple[PartChange, ...]


@dataclass(frozen=True)
class OwnView:
    """What a hospital is owed by its own records, pool by pool; the bureau's statement, and why it differs."""

    period: str
    hospital_id: str
    amounts: tuple[OwnAmount, ...]
    statement: tuple[Allocation, ...]
    differences: tuple[OwnDifference, ...]
