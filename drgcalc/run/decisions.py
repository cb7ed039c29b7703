"""Reading decisions/*.csv: every row is checked like a record, and one that cannot be applied is a finding.

The result does not depend on how rows are spread over files, nor on their order. A file that cannot be read at all, or
whose header does not fit, is a RulesError.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from drgcalc.base.columns import Table
from drgcalc.base.decision_columns import DECISION_TABLES
from drgcalc.base.errors import Finding, RulesError
from drgcalc.run.region_tables import Cell, Line, read_cell, read_lines
from drgcalc.settlement.decision_findings import decision_finding
from drgcalc.settlement.decisions import (
    Adjustment,
    Advance,
    Assessment,
    Correction,
    Decisions,
    Deduction,
    Entry,
    LevelChange,
    Merger,
    SpecialCase,
    Transfer,
    Where,
    circles,
)

FOLDER = "decisions"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
PERIOD = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")
MOST_SCORE = Decimal(2)
"""Above it an assessment is no ratio: 98 was written for 0.98."""

DATED = {
    "deductions": "decided_on",
    "transfers": "decided_on",
    "corrections": "decided_on",
    "advances": "decided_on",
    "adjustments": "effective_from",
}
"""Decisions about money, and the day that says which month's ledger they enter."""

REVIEWS = ("approved", "rejected", "pending")
WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("special_cases", "decision"): ("item", "points", "rejected"),
    ("deductions", "kind"): ("violation", "over_budget"),
    ("corrections", "cause"): ("data", "rule", "parameter"),
    ("adjustments", "pre_review"): REVIEWS,
    ("adjustments", "final_review"): REVIEWS,
    ("entries", "event"): ("join", "leave"),
    ("advances", "kind"): ("advance", "working_capital"),
}
UNSIGNED = {("deductions", "amount"), ("transfers", "amount"), ("advances", "amount")}
SIGNED = {("corrections", "amount"), ("adjustments", "amount")}
HOSPITAL_FIELDS = ("hospital_id", "into_hospital_id")
POOL_FIELDS = ("pool", "from_pool", "to_pool")

Wrong: TypeAlias = tuple[str, str, str]
"""Finding code, field, and what is wrong with it."""


class Kind(NamedTuple):
    """How rows of one kind become decisions: their shape, and the fields by which two of them are the same one."""

    table: Table
    shape: Callable[..., Any]
    key: tuple[str, ...]


class Candidate(NamedTuple):
    """A row that could be read, and where it stands."""

    cells: Mapping[str, Cell]
    where: Where


_SHAPES: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "special_cases": (SpecialCase, ("settlement_id",)),
    "deductions": (Deduction, ("notice", "hospital_id", "pool", "kind")),
    "assessments": (Assessment, ("year", "hospital_id", "pool")),
    "transfers": (Transfer, ("notice", "hospital_id", "from_pool", "to_pool")),
    "mergers": (Merger, ("hospital_id",)),
    "levels": (LevelChange, ("hospital_id", "effective_from")),
    "corrections": (Correction, ("notice", "hospital_id", "pool", "month")),
    "adjustments": (Adjustment, ("notice", "pool", "hospital_id", "effective_from")),
    "entries": (Entry, ("hospital_id", "event", "effective_from")),
    "advances": (Advance, ("notice", "hospital_id", "pool", "kind")),
}
KINDS = {table.name: Kind(table, *_SHAPES[table.name]) for table in DECISION_TABLES}


def decision_files(region: Path) -> list[Path]:
    """The CSV files in decisions/, by name."""
    return sorted((region / FOLDER).glob("*.csv"))


def read_decisions(region: Path, hospitals: Collection[str], pools: Collection[str]) -> Decisions:
    """Every decision of a region that can be applied, and a finding for every one that cannot.

    `hospitals` and `pools` are the ids that exist. Raises RulesError for a file that cannot be read.
    """
    findings: list[Finding] = []
    candidates: dict[str, list[Candidate]] = {name: [] for name in KINDS}
    for path in decision_files(region):
        name = path.relative_to(region).as_posix()
        kind = KINDS.get(path.stem.partition("-")[0])
        if kind is None:
            known = ", ".join(KINDS)
            findings.append(decision_finding("D101", name, 0, f"{name}: no kind of decision; the kinds are {known}"))
            continue
        for candidate in _rows(kind, path, region, findings):
            wrong = next(_wrong(kind, candidate.cells, hospitals, pools), None)
            if wrong is None:
                candidates[kind.table.name].append(candidate)
            else:
                findings.append(_finding(candidate, *wrong))
    made = {name: _decisions(KINDS[name], rows, findings) for name, rows in candidates.items()}
    decisions = _without_circles(replace(Decisions(), **made), findings)
    return replace(decisions, findings=tuple(sorted(findings, key=lambda one: (one.file, one.row, one.code))))


def fingerprints(decisions: Decisions, period: str) -> tuple[str, ...]:
    """What identifies the decisions about money that are dated in a period, whatever file they stand in."""
    found = [_fingerprint(name, row) for name, day in DATED.items() for row in getattr(decisions, name)
             if str(getattr(row, day)).startswith(period)]  # fmt: skip
    return tuple(sorted(found))


def without_late(decisions: Decisions, closed: Mapping[str, Collection[str]]) -> Decisions:
    """The decisions without those dated in a closed period that was closed without them, each of them a finding.

    `closed` holds the fingerprints that each closed period was closed with.
    """
    kept: dict[str, tuple[Any, ...]] = {}
    findings = list(decisions.findings)
    for name, day in DATED.items():
        rows = getattr(decisions, name)
        late = {row: period for row in rows for period, known in closed.items()
                if str(getattr(row, day)).startswith(period) and _fingerprint(name, row) not in known}  # fmt: skip
        kept[name] = tuple(row for row in rows if row not in late)
        for row, period in late.items():
            message = f"{row.where.file} row {row.where.row}: dated {getattr(row, day)}, and {period} is closed"
            value, (file, number) = str(getattr(row, day)), row.where
            findings.append(decision_finding("D109", file, number, message, field=day, value=value))
    return replace(decisions, **kept, findings=tuple(sorted(findings, key=lambda one: (one.file, one.row, one.code))))


def _fingerprint(name: str, row: Any) -> str:
    text = "|".join((name, *("" if cell is None else str(cell) for cell in row[:-1])))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _rows(kind: Kind, path: Path, region: Path, findings: list[Finding]) -> Iterator[Candidate]:
    """The rows of a file whose cells can be read; a finding for each of the others."""
    lines = read_lines(kind.table, path, region)
    name = path.relative_to(region).as_posix()
    for line in lines.lines:
        cells: dict[str, Cell] = dict.fromkeys(kind.table.names())
        try:
            _refuse_too_many(line, len(lines.columns))
            for position, column in enumerate(lines.columns):
                text = line.cells[position].strip() if position < len(line.cells) else ""
                cells[column.name] = read_cell(column, text, line.where)
        except RulesError as error:
            findings.append(decision_finding("D102", name, line.number, f"{error.message}; {error.hint}"))
            continue
        yield Candidate(cells, Where(name, line.number))


def _refuse_too_many(line: Line, columns: int) -> None:
    if any(cell.strip() for cell in line.cells[columns:]):
        raise RulesError(
            f"{line.where}: {len(line.cells)} cells under {columns} columns",
            hint="a comma inside a cell needs quotation marks around the cell",
        )


def _wrong(
    kind: Kind, cells: Mapping[str, Cell], hospitals: Collection[str], pools: Collection[str]
) -> Iterator[Wrong]:
    """What is wrong with a row that could be read, the first first."""
    name = kind.table.name
    for field in HOSPITAL_FIELDS:
        if cells.get(field) is not None and cells[field] not in hospitals:
            yield "D103", field, f"hospital {cells[field]} is not in hospitals.csv"
    for field in POOL_FIELDS:
        if cells.get(field) is not None and cells[field] not in pools:
            yield "D104", field, f"pool {cells[field]} is not a pool of region.toml: {', '.join(pools)}"
    for field in kind.table.names():
        words = WORDS.get((name, field))
        if words and cells[field] not in words:
            yield "D105", field, f"{field} is {cells[field]!r}, not one of {', '.join(words)}"
        yield from _wrong_number(name, field, cells[field])
    yield from _wrong_order(cells)
    yield from _CONTRADICTIONS.get(name, _nothing)(cells)


def _wrong_number(name: str, field: str, value: Cell) -> Iterator[Wrong]:
    if (name, field) in UNSIGNED and isinstance(value, Decimal) and value <= 0:
        yield "D106", field, f"{field} is {value}: write what moves, above zero, without a sign"
    if (name, field) in SIGNED and value == 0:
        yield "D106", field, f"{field} is 0: a decision about nothing"
    if field == "month" and value is not None:
        pattern = PERIOD if name == "corrections" else MONTH
        if not pattern.fullmatch(str(value)):
            yield "D106", field, f"month {value!r} is not written as 2024-05"


def _wrong_order(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    """Nothing is decided about a month that has not begun."""
    month, day = cells.get("month"), cells.get("decided_on")
    if isinstance(month, str) and isinstance(day, date) and month > f"{day:%Y-%m}"[: len(month)]:
        yield "D106", "month", f"decided on {day}, before month {month} began"


def _nothing(_: Mapping[str, Cell]) -> Iterator[Wrong]:
    return iter(())


def _wrong_special_case(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    decision = cells["decision"]
    for word, field in (("points", "points"), ("item", "amount")):
        value = cells[field]
        if decision == word and value is None:
            yield "D106", field, f"the decision is {word}, and {field} is empty"
        if decision != word and value is not None:
            yield "D106", field, f"the decision is {decision}, and {field} is {value}"
        if isinstance(value, Decimal) and value < 0:
            yield "D106", field, f"{field} is {value}, below zero"


def _wrong_assessment(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    for field in ("score", "deposit_score"):
        value = cells[field]
        if isinstance(value, Decimal) and not 0 <= value <= MOST_SCORE:
            yield "D106", field, f"{field} is {value}: write 98 points as 0.98"


def _wrong_transfer(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    if cells["from_pool"] == cells["to_pool"]:
        yield "D104", "to_pool", f"from_pool and to_pool are both {cells['to_pool']}"


def _wrong_merger(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    if cells["hospital_id"] == cells["into_hospital_id"]:
        yield "D106", "into_hospital_id", f"hospital {cells['hospital_id']} is merged into itself"


def _wrong_adjustment(cells: Mapping[str, Cell]) -> Iterator[Wrong]:
    for review in ("pre_review", "final_review"):
        field = f"{review}ed_on"
        if cells[review] != "pending" and cells[field] is None:
            yield "D106", field, f"{review} is {cells[review]}, and {field} is empty"
    if cells["final_review"] == "approved" and cells["pre_review"] != "approved":
        yield "D106", "pre_review", f"final_review is approved, and pre_review is {cells['pre_review']}"
    first, last = cells["pre_reviewed_on"], cells["final_reviewed_on"]
    if isinstance(first, date) and isinstance(last, date) and last < first:
        yield "D106", "final_reviewed_on", f"the final review of {last} is before the pre-review of {first}"


_CONTRADICTIONS: Mapping[str, Callable[[Mapping[str, Cell]], Iterator[Wrong]]] = {
    "special_cases": _wrong_special_case,
    "assessments": _wrong_assessment,
    "transfers": _wrong_transfer,
    "mergers": _wrong_merger,
    "adjustments": _wrong_adjustment,
}


def _finding(candidate: Candidate, code: str, field: str, message: str) -> Finding:
    where, cells = candidate.where, candidate.cells
    value = "" if cells.get(field) is None else str(cells[field])
    record = str(cells.get("settlement_id") or "")
    text = f"{where.file} row {where.row}: {message}"
    return decision_finding(code, where.file, where.row, text, field=field, value=value, record_id=record)


def _decisions(kind: Kind, rows: Sequence[Candidate], findings: list[Finding]) -> tuple[Any, ...]:
    """The decisions of a kind, once each, in the order of their content; of two that contradict each other, none."""
    same: dict[tuple[Cell, ...], list[Candidate]] = {}
    for row in sorted(rows, key=lambda row: row.where):
        same.setdefault(tuple(row.cells[name] for name in kind.key), []).append(row)
    made = []
    for key, group in same.items():
        known_by = " ".join(str(part) for part in key if part is not None)
        if any(row.cells != group[0].cells for row in group):
            findings += [_finding(row, "D108", kind.key[0], f"{known_by}: {len(group)} rows differ") for row in group]
            continue
        findings += [_finding(row, "D107", kind.key[0], f"{known_by}: a copy of an earlier row") for row in group[1:]]
        findings += _not_applied(kind, group[0])
        made.append(kind.shape(**group[0].cells, where=group[0].where))
    return tuple(sorted(made, key=lambda row: tuple("" if cell is None else str(cell) for cell in row[:-1])))


def _not_applied(kind: Kind, row: Candidate) -> Iterable[Finding]:
    """Budget adjustments that nobody approved, and those of a hospital, which has no part of a pool of its own."""
    if kind.table.name != "adjustments":
        return
    if row.cells["final_review"] != "approved":
        yield _finding(row, "D114", "final_review", f"the final review is {row.cells['final_review']}")
    elif row.cells["hospital_id"] is not None:
        words = f"the budget of hospital {row.cells['hospital_id']} alone: points have no budget by hospital"
        yield _finding(row, "D115", "hospital_id", words)


def _without_circles(decisions: Decisions, findings: list[Finding]) -> Decisions:
    bad = circles((row.hospital_id, row.into_hospital_id) for row in decisions.mergers)
    for row in decisions.mergers:
        if row.hospital_id in bad:
            message = f"{row.where.file} row {row.where.row}: {row.hospital_id} is merged into itself over others"
            findings.append(decision_finding("D113", *row.where, message, field="hospital_id", value=row.hospital_id))
    return replace(decisions, mergers=tuple(row for row in decisions.mergers if row.hospital_id not in bad))
