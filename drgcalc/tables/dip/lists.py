"""Plain lists of codes beside a directory: excluded diagnoses, procedures that are no main procedure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from drgcalc.grouping.dip.expression import Code, Leaf, Span, leaves, parse
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.dip.cells import CellReader
from drgcalc.tables.dip.model import ExcludedDiagnosis, MainProcedureRow
from drgcalc.tables.dip.words import words
from drgcalc.tables.journal import Journal
from drgcalc.tables.workbook import RawRow

_CATEGORY = re.compile(r"[A-Z]\d\d")
_SCOPE = re.compile(r"[A-Z]\d\d[\dX.]*(?:[-~至][A-Z]\d\d[\dX.]*)?")
_IN_SCOPE = "主要诊断"


class Listed(Protocol):
    """A row of a list with its cells by name of column."""

    @property
    def row(self) -> RawRow:
        """Where it stands."""
        ...

    def cell(self, column: str) -> str:
        """The cell of a column, "" where there is none."""
        ...


def single_codes(lines: Iterable[Listed], kind: str, cells: CellReader, journal: Journal) -> tuple[str, ...]:
    """The codes of a list, each once."""
    return tuple(dict.fromkeys(code for line in lines for code in _codes(line, kind, cells, journal)))


def read_excluded(lines: Iterable[Listed], cells: CellReader, journal: Journal) -> tuple[ExcludedDiagnosis, ...]:
    """The rows of the list of excluded diagnoses; a code that stands twice is dropped and noted."""
    found: dict[str, ExcludedDiagnosis] = {}
    for line in lines:
        name, remark = cells.text(line.row, "name", line.cell("name")), cells.text(line.row, "note", line.cell("note"))
        for code in _codes(line, "DI", cells, journal):
            if code in found:
                journal.note("T005", line.row.sheet, line.row.number, "code", code, "dropped: it stands above")
            found.setdefault(code, ExcludedDiagnosis(code, name, remark))
    return tuple(found.values())


def read_main_procedures(lines: Iterable[Listed], cells: CellReader, journal: Journal) -> tuple[MainProcedureRow, ...]:
    """The rows of the list of procedures; what the remark says decides the effect, conservative if it says nothing."""
    found: dict[str, MainProcedureRow] = {}
    for line in lines:
        name, remark = cells.text(line.row, "name", line.cell("name")), cells.text(line.row, "note", line.cell("note"))
        effect, told = effect_of(remark)
        scope = cells.diagnoses(line.row, "principal_scope", told, one_code=True)
        if remark:
            journal.note("T029", line.row.sheet, line.row.number, "effect", remark, f"{effect} {scope}".strip())
        for code in _codes(line, "OP", cells, journal):
            row = MainProcedureRow(code, name, effect, scope, remark)
            kept = found.setdefault(code, row)
            if kept is row:
                continue
            if (kept.effect, kept.principal_scope) == (effect, scope):
                journal.note("T005", line.row.sheet, line.row.number, "code", code, "dropped: it stands above")
            else:
                what = f"{code} is {effect} here and {kept.effect} above: keep one of the rows"
                journal.problem(line.row.sheet, line.row.number, what)
    return tuple(found.values())


def effect_of(remark: str) -> tuple[str, str]:
    """The effect that a remark gives a procedure, and the principal diagnoses it names ("" if the effect has none)."""
    plain = heading(remark)
    scope = "|".join(dict.fromkeys(_SCOPE.findall(plain)))
    if scope and _IN_SCOPE in plain:
        return "in_scope_only", scope
    return next((effect for word, effect in words("effect").items() if word in plain), "conservative"), ""


def _codes(line: Listed, kind: str, cells: CellReader, journal: Journal) -> Iterator[str]:
    row, cell = line.row, line.cell("code")
    text = (cells.diagnoses if kind == "DI" else cells.procedures)(row, "code", cell)
    if not tidy(cell) or heading(cell) in words("diagnosis") | words("procedure"):
        journal.problem(row.sheet, row.number, f"the row has no code: {' | '.join(row.cells)[:80]!r}")
        return
    for leaf in leaves(parse(text)):
        codes = prefixes_of(leaf)
        if codes is None:
            journal.problem(row.sheet, row.number, f"{cell!r} cannot be written as a list of codes: write them out")
        else:
            yield from codes


def prefixes_of(leaf: Leaf) -> tuple[str, ...] | None:
    """The codes that a leaf stands for; a range of three-character categories written out, None for another range."""
    match leaf:
        case Code(code):
            return (code,)
        case Span(first, last) if _CATEGORY.fullmatch(first) and _CATEGORY.fullmatch(last):
            letters = range(ord(first[0]), ord(last[0]) + 1)
            every = (f"{chr(letter)}{number:02}" for letter in letters for number in range(100))
            return tuple(code for code in every if first <= code <= last)
        case _:
            return None
