"""A generated year: months arrive, close, are corrected, reopened and cleared; every step is held to the identities.

`Year` is a region on disk beside what a clerk has noted of it (plain_year); test_generated_years.py drives it.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from generated_region import (
    CHANGES,
    GROUPS,
    HOSPITALS,
    POOLS,
    REGROUPED,
    Stay,
    Terms,
    hospital_on,
    make_region,
    write_changed,
    write_decisions,
    write_stays,
)
from plain_year import Accounts, Decided, Key, Owed, Told, clear, hospital_points, pay, successors

from drgcalc.base.errors import DrgcalcError, InputError
from drgcalc.base.method_columns import METHOD_PAYMENTS
from drgcalc.base.payment_columns import CLEARING, DIFFERENCES, PAYMENTS
from drgcalc.base.settlement_columns import ALLOCATIONS, LEDGER
from drgcalc.report.model import Settled
from drgcalc.run.closing import close, reopen
from drgcalc.run.manifest import file_hash
from drgcalc.run.period import parse_period
from drgcalc.run.region import load_region
from drgcalc.run.settle import settle
from drgcalc.run.versions import diff, history

MONTHS = ("2024-01", "2024-02", "2024-03", "2024-04")
"""The months in which something happens; the others of the year stay empty."""
DATED = {"deductions": 5, "transfers": 5, "corrections": 6, "advances": 5, "adjustments": 4}
"""Kinds of decisions that count for the month of their day, and the cell that holds the day."""
MONEY = ("opening", "payable", "corrections", "retained", "deferred", "deposit", "violation", "over_budget", "decided",
         "transferred", "carried_in", "carried_out", "advance", "paid", "closing")  # fmt: skip


class Row(NamedTuple):
    """A decision: its kind, the suffix of its file, and its cells."""

    kind: str
    suffix: str
    cells: tuple[object, ...]

    @property
    def day(self) -> str:
        """The day that says which month's ledger it enters; "" for decisions without one."""
        return str(self.cells[DATED[self.kind]]) if self.kind in DATED else ""


def fen(text: str) -> int:
    amount = Decimal(text or "0") * 100
    assert amount == int(amount), text
    return int(amount)


def published(folder: Path, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a published CSV by column, read by nothing of the program."""
    path = folder / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(zip(columns, line, strict=True)) for line in list(csv.reader(file))[1:]]


class Year:
    """A region on disk, and a clerk's notes of it."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        make_region(folder, terms)
        self.folder, self.terms = folder, terms
        self.texts = {name: (folder / name).read_text(encoding="utf-8") for name, _, _ in CHANGES.values()}
        self.changed: set[str] = set()
        self.stays: dict[str, tuple[str, Stay]] = {}
        self.decisions: list[Row] = []
        self.settled: dict[str, Path] = {}
        self.accounts: dict[str, Accounts] = {}
        self.before: dict[str, tuple[Path | None, ...]] = {}
        self.closed: dict[str, set[Row]] = {}
        self.bytes: dict[Path, dict[str, str]] = {}
        self.trace: defaultdict[str, list[str]] = defaultdict(list)

    # ------------------------------------------------------------------------------------------- what comes in
    def write(self) -> None:
        """Put records and decisions on disk."""
        files: dict[str, list[Stay]] = {"none.csv": []}
        for name, stay in self.stays.values():
            files.setdefault(name, []).append(stay)
        write_stays(self.folder, files)
        write_changed(self.folder, self.texts, self.changed)
        write_decisions(self.folder, self.decisions)

    def late(self) -> set[Row]:
        """Decisions dated in a closed month that was closed without them: they are not applied."""
        found = set()
        for row in self.decisions:
            known = self.closed.get(row.day[:7])
            if known is not None and not any((row.kind, row.cells) == (one.kind, one.cells) for one in known):
                found.add(row)
        return found

    def counting(self, period: str) -> list[Row]:
        late = self.late()
        return [row for row in self.decisions if row.day.startswith(period) and row.day and row not in late]

    # ------------------------------------------------------------------------------------------- what is done
    def settle(self, month: str) -> Settled | None:
        """Settle a month and hold it to everything; None when it has no record."""
        self.write()
        try:
            settled = settle(self.folder, parse_period(month))
        except InputError as error:
            assert "there is no record" in error.message  # noqa: PT017
            return None
        folder = self.folder / settled.place.folder
        self.check_ledgers(folder)
        self.check_points(month, folder)
        self.check_payments(month, folder)
        self.settled[month] = folder
        self.bytes.setdefault(folder, hashes(folder))
        return settled

    def close(self, month: str) -> bool:
        """Close a settled month; False when it was refused."""
        self.write()
        try:
            close(self.folder, month)
        except DrgcalcError:
            assert not (self.folder / "out" / month / "closed.json").exists()
            return False
        self.check_chain(month)
        self.closed[month] = {row for row in self.decisions if row.day.startswith(month)}
        self.trace[month].append("close")
        return True

    def reopen(self, month: str) -> None:
        """Open the last closed month again."""
        reopen(self.folder, month, "录入错误")
        del self.closed[month]
        self.trace[month].append("reopen")
        found = history(self.folder, month)
        assert [event.event for event in found.trace] == self.trace[month]

    def explain(self, month: str) -> None:
        """`diff` of the first version of a month and its last adds up, payables and payments."""
        folders = sorted((self.folder / "out" / month).glob("v*"), key=lambda path: int(path.name[1:]))
        first, last = folders[0], folders[-1]
        told = diff(self.folder, f"{month}/{first.name}", f"{month}/{last.name}")
        moved = sums((change.pool, change.hospital_id, change.payable) for change in told.changes)
        then, now = (sums(owed_rows(folder)) for folder in (first, last))
        assert {key: amount for key in {*then, *now} if (amount := now.get(key, 0) - then.get(key, 0))} == {
            key: amount for key, amount in moved.items() if amount
        }

    def clear(self) -> Path | None:
        """Clear the year and hold it to everything; None without any record."""
        self.write()
        try:
            settled = settle(self.folder, parse_period("2024"))
        except InputError as error:
            assert "there is no record" in error.message  # noqa: PT017
            return None
        folder = self.folder / settled.place.folder
        self.check_ledgers(folder)
        self.check_points("2024", folder)
        self.check_clearing(folder)
        self.bytes.setdefault(folder, hashes(folder))
        return folder

    # ------------------------------------------------------------------------------------------- what must hold
    def check_closed(self) -> None:
        """Nothing that was ever published changes."""
        for folder, known in self.bytes.items():
            assert hashes(folder) == known, folder

    def check_ledgers(self, folder: Path) -> None:
        """Every step of every ledger sums to zero by pool; hospitals' postings are what they are owed."""
        for name in ("ledger.csv", "payments_ledger.csv", "clearing_ledger.csv"):
            steps: defaultdict[tuple[str, str], int] = defaultdict(int)
            for row in published(folder, name, LEDGER.names()):
                steps[row["step"], row["pool"]] += fen(row["amount"])
            assert not any(steps.values()), (name, steps)
        posted = sums(
            (row["pool"], row["hospital_id"], Decimal(row["amount"]))
            for row in published(folder, "ledger.csv", LEDGER.names())
            if row["hospital_id"]
        )
        owed = sums(owed_rows(folder))
        assert {key: amount for key, amount in posted.items() if amount} == {
            key: amount for key, amount in owed.items() if amount
        }

    def check_points(self, period: str, folder: Path) -> None:
        """Points of hospitals are those of their cases, given by the plain rules."""
        if any(row.kind == "special_cases" for row in self.decisions):
            return
        region = load_region(self.folder)
        last = str(parse_period(period).last)

        def coefficient(hospital: str, day: str) -> Fraction:
            row = hospital_on(region, hospital, date.fromisoformat(day))
            return Fraction(row.coefficient)

        regrouped = REGROUPED if "scheme" in self.changed else {}
        groups = GROUPS | ({"BR25": (1195, GROUPS["BR25"][1])} if "score" in self.changed else {})
        own = [
            stay._replace(group=regrouped.get(stay.group, stay.group))
            for _, stay in self.stays.values()
            if stay.day.startswith(period)
            and hospital_on(region, stay.hospital, date.fromisoformat(stay.day))
            and not (self.terms.methods and stay.method)
        ]
        heirs = successors(self.mergers(), last)
        expected: defaultdict[Key, int] = defaultdict(int)
        for (pool, hospital), points in hospital_points(own, groups, coefficient).items():
            expected[pool, heirs.get(hospital, hospital)] += points
        rows = published(folder, "allocations.csv", ALLOCATIONS.names())
        found = {(row["pool"], row["hospital_id"]): int(Decimal(row["points"]) * 10_000) for row in rows}
        assert {key: points for key, points in found.items() if points} == {
            key: points for key, points in expected.items() if points
        }

    def mergers(self) -> list[tuple[str, str, str]]:
        return [(str(row.cells[0]), str(row.cells[1]), str(row.cells[2])) for row in self.decisions
                if row.kind == "mergers"]  # fmt: skip

    def check_payments(self, month: str, folder: Path) -> None:
        """payments.csv is what the clerk comes to, to the fen; what is owed goes on from the months before."""
        earlier = [one for one in MONTHS if one < month and one in self.settled]
        standing: Accounts = defaultdict(int)
        for one in earlier:
            for key, amount in self.accounts[one].items():
                standing[key] += amount
        told = [
            Told((row["pool"], row["hospital_id"]), fen(row["payable"]), fen(row["retained"]))
            for row in published(folder, "differences.csv", DIFFERENCES.names())
        ]
        heirs = successors(self.mergers(), str(parse_period(month).last))
        expected, after = pay(self.terms, owed_by(folder), told, self.decided(month), heirs, standing)
        rows = published(folder, "payments.csv", PAYMENTS.names())
        found = {(row["pool"], row["hospital_id"]): {name: fen(row[name]) for name in MONEY} for row in rows}
        for key in {*expected, *found}:
            mine = {name: expected.get(key, {}).get(name, 0) for name in MONEY}
            assert found.get(key, dict.fromkeys(MONEY, 0)) == mine, (month, key)
        self.accounts[month] = defaultdict(int, {key: after[key] - standing[key] for key in {*after, *standing}})
        self.before[month] = tuple(self.settled[one] for one in earlier)

    def check_chain(self, month: str) -> None:
        """What a closed month opens with is what the closed month before it closes with."""
        earlier = [one for one in MONTHS if one < month and one in self.settled]
        assert self.before[month] == tuple(self.settled[one] for one in earlier), f"{month} builds on other versions"

    def check_clearing(self, folder: Path) -> None:
        """clearing.csv is what the clerk comes to, to the fen."""
        months = []
        for one in MONTHS:
            if one in self.settled:
                rows = published(self.settled[one], "payments.csv", PAYMENTS.names())
                months += [((row["pool"], row["hospital_id"]), fen(row["paid"]), fen(row["deposit"])) for row in rows]
        heirs = successors(self.mergers(), "2024-12-31")
        expected = clear(self.terms, owed_by(folder), months, self.decided("2024"), heirs, self.scores())
        rows = published(folder, "clearing.csv", CLEARING.names())
        names = ("payable", "assessed", "booked", "shared", "decided", "transferred", "violation", "over_budget",
                 "monthly", "advance", "deposit", "clearing", "deposit_released")  # fmt: skip
        for row in rows:
            mine = expected.pop((row["pool"], row["hospital_id"]), {})
            assert {name: fen(row[name]) for name in names} == {name: mine.get(name, 0) for name in names}
        assert not any(any(row.values()) for row in expected.values()), expected

    def scores(self) -> dict[Key, tuple[Fraction, Fraction]]:
        found = {}
        for row in self.decisions:
            if row.kind == "assessments":
                _, hospital, _, score, of_deposit, *_ = map(str, row.cells)
                for pool in POOLS:
                    found[pool, hospital] = (Fraction(score), Fraction(of_deposit or score))
        return found

    def decided(self, period: str) -> Decided:
        """What counts of a period, kind by kind."""
        rows: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for row in self.counting(period):
            cells = [str(cell) for cell in row.cells]
            if row.kind == "deductions":
                rows[cells[3]].append((cells[2], cells[1], fen(cells[4])))
            if row.kind == "advances":
                rows["advances"].append((cells[2], cells[1], fen(cells[4])))
            if row.kind == "corrections":
                rows["decided"].append((cells[2], cells[1], fen(cells[5])))
            if row.kind == "transfers":
                rows["out"].append((cells[2], cells[1], fen(cells[4])))
                rows["into"].append((cells[3], cells[1], fen(cells[4])))
        return Decided(**rows)

    # ------------------------------------------------------------------------------------------- in total
    def once(self, folder: Path) -> Year:
        """The same region with what it holds today and nothing published; decisions that came too late are left out."""
        late = self.late()
        self.write()
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("out"))
        other = object.__new__(Year)
        other.__dict__ |= self.__dict__ | {
            "folder": folder, "decisions": [row for row in self.decisions if row not in late], "settled": {},
            "accounts": {}, "before": {}, "closed": {}, "bytes": {}, "trace": defaultdict(list),
        }  # fmt: skip
        other.write()
        return other

    def posted_for(self, month: str) -> dict[Key, int]:
        """What a closed month was worth to hospitals, with every difference that later months have posted for it."""
        rows = list(owed_rows(self.settled[month]))
        for folder in self.settled.values():
            rows += [
                (row["pool"], row["hospital_id"], Decimal(row["payable"]))
                for row in published(folder, "differences.csv", DIFFERENCES.names())
                if row["corrects"] == month
            ]
        return {key: amount for key, amount in sums(rows).items() if amount}


def small_year(folder: Path, terms: Terms) -> Year:
    """A year in which every hospital has a stay in every pool and in each of the first three months."""
    made = Year(folder, terms)
    for month in MONTHS[:3]:
        for number, hospital in enumerate(HOSPITALS):
            for pool in POOLS:
                name, fee = f"{month}{hospital}{pool}", 300_000 + 10_000 * number
                group = sorted(GROUPS)[number % len(GROUPS)]
                stay = Stay(name, name, hospital, pool, f"{month}-05", group, fee, fee // 2, fee - fee // 2, False)
                made.stays[name] = ("2024.csv", stay)
    return made


def owed_by(folder: Path) -> list[Owed]:
    """What points and methods owe, of a published version."""
    found = []
    for name, columns, points in (
        ("allocations.csv", ALLOCATIONS.names(), True),
        ("methods.csv", METHOD_PAYMENTS.names(), False),
    ):
        for row in published(folder, name, columns):
            key = row["pool"], row["hospital_id"]
            found.append(Owed(key, fen(row["payable"]), fen(row["retained"]), fen(row["fund_booked"]), points))
    return found


def owed_rows(folder: Path) -> Iterable[tuple[str, str, Decimal]]:
    """The payables of a published version, points and methods."""
    return ((*due.key, Decimal(due.payable).scaleb(-2)) for due in owed_by(folder))


def sums(rows: Iterable[tuple[str, str, Decimal]]) -> dict[Key, int]:
    """Fen by pool and hospital."""
    found: defaultdict[Key, int] = defaultdict(int)
    for pool, hospital, amount in rows:
        found[pool, hospital] += fen(str(amount))
    return dict(found)


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: file_hash(path) for path in sorted(folder.iterdir())}


def cash(folder: Path) -> dict[Key, int]:
    """All that a cleared year sends to each hospital."""
    rows = published(folder, "clearing.csv", CLEARING.names())
    parts: list[tuple[str, str, Any]] = [
        (row["pool"], row["hospital_id"], Decimal(row[name]))
        for row in rows
        for name in ("clearing", "monthly", "advance", "deposit")
    ]
    return {key: amount for key, amount in sums(parts).items() if amount}
