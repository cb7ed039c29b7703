"""What a bureau decides beside its rules, as typed rows: base.decision_columns. Rows stand in an order of their own,
whatever files and lines they came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.settlement.rows import Hospital


class Where(NamedTuple):
    """Where a decision stands: file relative to the region, data row from 1."""

    file: str
    row: int


class SpecialCase(NamedTuple):
    """A case decided in special review (特例单议)."""

    settlement_id: str
    decision: str
    points: Decimal | None
    amount: Decimal | None
    decided_on: date
    notice: str | None
    source: str
    where: Where


class Deduction(NamedTuple):
    """An audit deduction, violation or over_budget, yuan without a sign."""

    notice: str
    hospital_id: str
    pool: str
    kind: str
    amount: Decimal
    decided_on: date
    month: str | None
    reason: str
    source: str
    where: Where


class Assessment(NamedTuple):
    """A hospital's assessment of a year; pool None is every pool, deposit_score None is `score`."""

    year: int
    hospital_id: str
    pool: str | None
    score: Decimal
    deposit_score: Decimal | None
    decided_on: date
    source: str
    where: Where


class Transfer(NamedTuple):
    """An amount that was booked in the wrong pool, yuan."""

    notice: str
    hospital_id: str
    from_pool: str
    to_pool: str
    amount: Decimal
    decided_on: date
    month: str | None
    reason: str
    source: str
    where: Where


class Merger(NamedTuple):
    """A hospital that became part of another."""

    hospital_id: str
    into_hospital_id: str
    effective_from: date
    source: str
    where: Where


class LevelChange(NamedTuple):
    """A hospital's level, and its coefficient if given, from a day on."""

    hospital_id: str
    level: str
    coefficient: Decimal | None
    effective_from: date
    source: str
    where: Where


class Correction(NamedTuple):
    """A difference to a month or year decided by hand, yuan, signed."""

    notice: str
    hospital_id: str
    pool: str
    month: str
    cause: str
    amount: Decimal
    decided_on: date
    reason: str
    source: str
    where: Where


class Adjustment(NamedTuple):
    """A change of a year's budget, of a pool or of one hospital in it, yuan, signed."""

    notice: str
    pool: str
    hospital_id: str | None
    amount: Decimal
    effective_from: date
    reason: str
    requester: str
    pre_review: str
    pre_reviewed_on: date | None
    final_review: str
    final_reviewed_on: date | None
    source: str
    where: Where


class Entry(NamedTuple):
    """A hospital that joins or leaves in the year."""

    hospital_id: str
    event: str
    effective_from: date
    source: str
    where: Where


class Advance(NamedTuple):
    """A payment in advance, yuan."""

    notice: str
    hospital_id: str
    pool: str
    kind: str
    amount: Decimal
    decided_on: date
    source: str
    where: Where


@dataclass(frozen=True)
class Decisions:
    """Every decision of a region that can be applied, each kind in an order of its own content."""

    special_cases: tuple[SpecialCase, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    mergers: tuple[Merger, ...] = ()
    levels: tuple[LevelChange, ...] = ()
    corrections: tuple[Correction, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    entries: tuple[Entry, ...] = ()
    advances: tuple[Advance, ...] = ()
    findings: tuple[Finding, ...] = ()

    def successors(self, until: date) -> dict[str, str]:
        """Hospital that has ended by a day -> the one that stands in its place, over several mergers."""
        direct = {row.hospital_id: row.into_hospital_id for row in self.mergers if row.effective_from <= until}
        return {hospital: _last(hospital, direct) for hospital in sorted(direct)}

    def kinds(self) -> tuple[str, ...]:
        """The kinds that have a row."""
        return tuple(entry.name for entry in fields(self) if entry.name != "findings" and getattr(self, entry.name))


def hospitals_after(hospitals: Sequence[Hospital], decisions: Decisions) -> tuple[Hospital, ...]:
    """hospitals.csv with level changes, entries and mergers applied, by id and date.

    A hospital that was merged goes on with the terms of the one in its place, so that records which still carry the
    old code are known. A row that would be in force on no day is gone.
    """
    rows = list(hospitals)
    for change in sorted(decisions.levels, key=lambda row: row.effective_from):
        rows = _from_day(rows, change)
    for entry in sorted(decisions.entries, key=lambda row: row.effective_from):
        rows = [_bounded(row, entry) if row.hospital_id == entry.hospital_id else row for row in rows]
    for merger in sorted(decisions.mergers, key=lambda row: row.effective_from):
        rows = _merged(rows, merger)
    kept = [row for row in rows if row.effective_to is None or row.effective_from <= row.effective_to]
    return tuple(sorted(kept, key=lambda row: (row.hospital_id, row.effective_from)))


def _from_day(rows: Sequence[Hospital], change: LevelChange) -> list[Hospital]:
    """Rows of the hospital split at the day of the change; the later parts have the new level."""
    found: list[Hospital] = []
    for row in rows:
        if row.hospital_id != change.hospital_id or _ends_before(row, change.effective_from):
            found.append(row)
            continue
        if row.effective_from < change.effective_from:
            found.append(row._replace(effective_to=change.effective_from - timedelta(days=1)))
        found.append(
            row._replace(
                level=change.level,
                coefficient=row.coefficient if change.coefficient is None else change.coefficient,
                effective_from=max(row.effective_from, change.effective_from),
                source=f"{row.source}; {change.source}",
            )
        )
    return found


def _bounded(row: Hospital, entry: Entry) -> Hospital:
    if entry.event == "join":
        return row._replace(effective_from=max(row.effective_from, entry.effective_from))
    last = entry.effective_from - timedelta(days=1)
    return row._replace(effective_to=last if row.effective_to is None else min(row.effective_to, last))


def _merged(rows: Sequence[Hospital], merger: Merger) -> list[Hospital]:
    """The old code ends the day before and is followed by copies of the rows of the hospital in its place."""
    own = [row for row in rows if row.hospital_id == merger.hospital_id]
    ended = [
        row._replace(effective_to=merger.effective_from - timedelta(days=1))
        if not _ends_before(row, merger.effective_from)
        else row
        for row in own
        if row.effective_from < merger.effective_from
    ]
    name = own[-1].name if own else ""
    copies = [
        row._replace(
            hospital_id=merger.hospital_id,
            name=name,
            effective_from=max(row.effective_from, merger.effective_from),
            source=f"{merger.source}: {merger.into_hospital_id}",
        )
        for row in rows
        if row.hospital_id == merger.into_hospital_id and not _ends_before(row, merger.effective_from)
    ]
    return [*(row for row in rows if row.hospital_id != merger.hospital_id), *ended, *copies]


def _ends_before(row: Hospital, day: date) -> bool:
    return row.effective_to is not None and row.effective_to < day


def _last(hospital: str, direct: Mapping[str, str]) -> str:
    """Follow mergers to the end; the reader has refused circles."""
    while hospital in direct:
        hospital = direct[hospital]
    return hospital


def circles(mergers: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Hospitals that would be merged, over several steps, into themselves."""
    direct = dict(mergers)
    found = set()
    for start in direct:
        seen, at = {start}, direct[start]
        while at in direct and at not in seen:
            seen.add(at)
            at = direct[at]
        if at == start:
            found.add(start)
    return frozenset(found)
