"""What closing, history and comparison of versions found, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.settlement.own_view import OwnAmount, OwnDifference
    from drgcalc.settlement.rows import Allocation


class Change(NamedTuple):
    """What a cause changes for one hospital and pool, yuan. what: the records, file or scheme that is another."""

    cause: str
    pool: str
    hospital_id: str
    payable: Decimal
    retained: Decimal
    what: str = ""


class Changed(NamedTuple):
    """Something that two versions do not have alike, and how they differ: rows, entries of the policy, records.

    cause: data, decision, parameter or rule; "paid only" changes what is paid, not what is payable.
    """

    cause: str
    what: str
    details: tuple[str, ...]


class Event(NamedTuple):
    """A line of the trace: "close" or "reopen", the version, the day, and why."""

    event: str
    version: int
    on: str
    reason: str


class Closing(NamedTuple):
    """A period that was closed or reopened. `notes`: what has moved on since its version was published."""

    period: str
    version: int
    event: str
    reason: str
    notes: tuple[str, ...]


class Version(NamedTuple):
    """A published version of a period: what came in, what it pays, and what is another than in the version before."""

    number: int
    closed: bool
    drgcalc: str
    accepted: int
    rejected: int
    payable: Mapping[str, str]
    point_values: Mapping[str, str]
    changed: tuple[str, ...]


class History(NamedTuple):
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


class Explained(NamedTuple):
    """Everything that makes two versions differ: payables by cause, which add up to the fen; then parts of payments.

    changed: what the versions do not have alike, named; what of it moves no fen is in no change.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    payments: tuple[PartChange, ...]
    changed: tuple[Changed, ...]


class OwnView(NamedTuple):
    """What a hospital is owed by its own records, pool by pool; the bureau's statement, and why it differs.

    differences: from the own payable to the bureau's. payments: from there to what is sent, `sent` by pool; empty
    without payments.csv or clearing.csv of the bureau. missing: files of the bureau that would tell more.
    """

    period: str
    hospital_id: str
    amounts: tuple[OwnAmount, ...]
    statement: tuple[Allocation, ...]
    differences: tuple[OwnDifference, ...]
    payments: tuple[OwnDifference, ...]
    sent: Mapping[str, Decimal]
    missing: tuple[str, ...]
