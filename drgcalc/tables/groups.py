"""MDC, ADRG and DRG rows: from the cells of a sheet to rows in order of trial, with fall-backs last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from drgcalc.grouping.rules import ALWAYS, RuleSyntaxError, parse
from drgcalc.grouping.scheme import is_fall_back
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.journal import Journal
from drgcalc.tables.workbook import RawRow

_WHOLE = re.compile(r"(\d{1,9})(\.0+)?")


class GroupRow(NamedTuple):
    """A row of the MDC, ADRG or DRG sheet and where it stood. `scope` holds the parent codes, outermost first;
    `seq` is None when the sheet gives none."""

    sheet: str
    number: int
    code: str
    name: str
    rule: str
    scope: tuple[str, ...]
    seq: int | None

    @property
    def is_fall_back(self) -> bool:
        """Whether the row takes what nothing else took."""
        return is_fall_back(self.code)

    @property
    def always_holds(self) -> bool:
        """Whether the rule has no condition: it is empty, or a number other than zero."""
        return parse(self.rule) == ALWAYS


def read_groups(rows: Iterable[RawRow], parents: tuple[str, ...], journal: Journal) -> list[GroupRow]:
    """Rows whose cells are code, name, rule, the parents' codes (named outermost first), order number.

    A row that cannot be used becomes a problem of the journal and is left out.
    """
    found = (_read_group(row, parents, journal) for row in rows)
    return [row for row in found if row is not None]


def _read_group(row: RawRow, parents: tuple[str, ...], journal: Journal) -> GroupRow | None:
    code_cell, name_cell, rule_cell, *rest = row.cells
    code, name, rule = heading(code_cell), tidy(name_cell), tidy(rule_cell)
    scope = tuple(heading(cell) for cell in rest[:-1])
    for column, cell, kept in (("code", code_cell, code), ("name", name_cell, name), ("rule", rule_cell, rule)):
        if kept != cell:
            changed = "T004" if kept == cell.upper() else "T003"
            journal.note(changed, row.sheet, row.number, column, cell, kept)
    if not code:
        journal.problem(row.sheet, row.number, f"the code is empty in the row {' | '.join(row.cells)!r}")
        return None
    for parent, kept in zip(parents, scope, strict=True):
        if not kept:
            journal.problem(row.sheet, row.number, f"{code} names no {parent}")
            return None
    if not name:
        journal.note("T017", row.sheet, row.number, "name", code, f"named {code}")
    if not _rule_parses(row, code, rule, journal):
        return None
    seq = _read_order(rest[-1], code, row, journal)
    return GroupRow(row.sheet, row.number, code, name or code, rule, scope, seq)


def _rule_parses(row: RawRow, code: str, rule: str, journal: Journal) -> bool:
    try:
        parse(rule)
    except RuleSyntaxError as error:
        journal.problem(row.sheet, row.number, f"the rule of {code} does not parse: {error}")
        return False
    return True


def _read_order(cell: str, code: str, row: RawRow, journal: Journal) -> int | None:
    text = heading(cell)
    if whole := _WHOLE.fullmatch(text):
        return int(whole[1])
    if text or not is_fall_back(code):
        journal.problem(row.sheet, row.number, f"the order number of {code} is {cell!r}, expected a whole number")
    return None


def arrange(rows: Sequence[GroupRow], journal: Journal) -> list[GroupRow]:
    """The rows in order of trial inside each scope, every order number unique there; scopes in order of appearance."""
    scopes: dict[tuple[str, ...], list[GroupRow]] = {}
    for row in rows:
        scopes.setdefault(row.scope, []).append(row)
    return [row for scope in scopes.values() for row in _arrange_scope(scope, journal)]


def _arrange_scope(rows: Sequence[GroupRow], journal: Journal) -> list[GroupRow]:
    published = sorted(_without_duplicates(rows, journal), key=lambda row: (row.seq is None, row.seq or 0))
    _note_equal_numbers(published, journal)
    ordered = sorted(published, key=lambda row: row.is_fall_back)
    last = ordered[-1]
    for place, row in enumerate(published):
        if row.is_fall_back and any(not later.is_fall_back for later in published[place:]):
            swallowed = ", ".join(later.code for later in published[place + 1 :] if not later.is_fall_back)
            done = f"{row.code}, order {row.seq}, moved behind {swallowed}"
            journal.note("T006", row.sheet, row.number, "seq", row.code, done)
    for row in ordered:
        if row.always_holds and not row.is_fall_back and (row is not last or not row.scope):
            code = "T009" if row.scope else "T008"
            done = "kept in its place: later rows are not reached" if row.scope else "kept in its place"
            journal.note(code, row.sheet, row.number, "rule", f"{row.code}: {row.rule or 'no condition'}", done)
    return _renumber(ordered)


def _without_duplicates(rows: Sequence[GroupRow], journal: Journal) -> list[GroupRow]:
    first: dict[tuple[str, str], GroupRow] = {}
    codes: dict[str, int] = {}
    for row in rows:
        key = (row.code, row.rule)
        if key in first:
            done = f"dropped: the same as row {first[key].number}"
            journal.note("T005", row.sheet, row.number, "code", row.code, done)
            continue
        if row.code in codes:
            done = f"kept beside row {codes[row.code]}, which has another rule"
            journal.note("T018", row.sheet, row.number, "code", row.code, done)
        first[key] = row
        codes.setdefault(row.code, row.number)
    return list(first.values())


def _note_equal_numbers(rows: Sequence[GroupRow], journal: Journal) -> None:
    for before, row in pairwise(rows):
        if row.seq is not None and row.seq == before.seq:
            done = f"tried after {before.code} of row {before.number}: the rows of its scope were numbered anew"
            journal.note("T007", row.sheet, row.number, "seq", f"{row.code}: {row.seq}", done)


def _renumber(rows: Sequence[GroupRow]) -> list[GroupRow]:
    """Published numbers stay where they give the order already; moved fall-backs count on from them; else 1, 2, 3 …"""
    ordinary = [row.seq for row in rows if not row.is_fall_back]
    numbers = [seq for seq in ordinary if seq is not None]
    kept = len(numbers) == len(ordinary) and all(before < after for before, after in pairwise(numbers))
    renumbered: list[GroupRow] = []
    last = -1 if kept else 0
    for row in rows:
        published = row.seq if kept and row.seq is not None else 0
        last = max(published, last + 1)
        renumbered.append(row._replace(seq=last))
    return renumbered
