"""The national DIP workbook (按病种分值（DIP）付费分组方案): ten sheets to the tables of a directory.

A cell joins codes with `|` (or) and `+` (and, which binds tighter); a group's code is 类别-序号.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.grouping.dip.expression import AnyOf, Code, Precedence, leaves, matches, parse, to_text
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.dip.cells import CellReader
from drgcalc.tables.dip.conditions import newborn_condition
from drgcalc.tables.dip.lists import read_excluded, read_main_procedures, single_codes
from drgcalc.tables.dip.model import DipTables, DirectoryRow, GrassrootsLine
from drgcalc.tables.dip.placing import Placed, place_columns
from drgcalc.tables.dip.sheets import SHEETS, match_sheets
from drgcalc.tables.dip.words import words
from drgcalc.tables.journal import Journal
from drgcalc.tables.kinds import shipped_procedure_kinds
from drgcalc.tables.model import About
from drgcalc.tables.spreadsheet import Spreadsheet
from drgcalc.tables.workbook import RawRow

CONSERVATIVE_NAME = "保守治疗"

_LAYERS = ("pregroup", "merged", "burn", "tumour", "tuberculosis", "core")
_CARRIED = ("category", "seq", "principal")


class Line(NamedTuple):
    """A row of a sheet with its cells by name of column; a column that the sheet lacks is empty."""

    row: RawRow
    cells: Mapping[str, str]

    def cell(self, column: str) -> str:
        """The cell of a column, "" where there is none."""
        return self.cells.get(column, "")


def is_national(sheets: Iterable[str]) -> bool:
    """Whether a workbook with these sheets is the national one: at least three of its groups of sheets are there."""
    return len(set(match_sheets(tuple(sheets))) & {*_LAYERS, "excluded", "main_procedures", "resistant"}) >= 3


def read_national(book: Spreadsheet, about: About, conditions: Mapping[str, str], journal: Journal) -> DipTables:
    """The tables of the national workbook. `conditions`: rules of groups whose limits in words cannot be read.

    Problems and repairs go to the journal. Raises RulesError for a sheet or a column that cannot be found.
    """
    names = match_sheets(book.sheets)
    for layout, sheet in SHEETS.items():
        if layout not in names:
            raise RulesError(
                f"{book.path} has no sheet {sheet.name}; it has {', '.join(book.sheets)}",
                hint="the national DIP workbook has ten sheets; restore the missing one",
            )
    for name in book.sheets:
        if name not in names.values():
            journal.note("T019", name, 0, "", name, "left out")
    placed = {
        layout: place_columns(book.path, names[layout], book.grid(names[layout]), SHEETS[layout].columns, journal)
        for layout in SHEETS
    }
    reader = _Reader(CellReader(journal, Precedence.AND_FIRST), journal, conditions)
    return reader.tables({layout: list(_lines(place, journal)) for layout, place in placed.items()}, about)


def _lines(placed: Placed, journal: Journal) -> Iterator[Line]:
    """The rows of a sheet; what was merged downwards (category, number, principal diagnosis) is carried down."""
    above: dict[str, str] = {}
    for row in placed.rows(journal):
        cells = dict(zip(placed.columns, row.cells, strict=True))
        carried = [column for column in _CARRIED if column in cells and not tidy(cells[column]) and above.get(column)]
        if "principal" in carried and "seq" not in carried:
            carried.remove("principal")
        if carried:
            journal.note(
                "T028", row.sheet, row.number, " ".join(carried), "", " ".join(above[name] for name in carried)
            )
        cells |= {column: above[column] for column in carried}
        above = {column: cells[column] for column in _CARRIED if column in cells}
        yield Line(row, cells)


class _Reader:
    """Lines of the sheets to rows of the tables."""

    def __init__(self, cells: CellReader, journal: Journal, conditions: Mapping[str, str]) -> None:
        self.cells = cells
        self.journal = journal
        self.conditions = dict(conditions)

    def tables(self, lines: Mapping[str, list[Line]], about: About) -> DipTables:
        """All tables; rows that stand twice are dropped, conditions that nobody needs are noted."""
        resistant = single_codes(lines["resistant"], "DI", self.cells, self.journal)
        found: dict[DirectoryRow, int] = {}
        for layer in _LAYERS:
            for line in lines[layer]:
                for row in self.groups(layer, line, resistant):
                    if row in found:
                        done = f"dropped: the same as row {found[row]}"
                        self.journal.note("T005", line.row.sheet, line.row.number, "code", row.code, done)
                    found.setdefault(row, line.row.number)
        for code in sorted(self.conditions):
            self.journal.note("T016", "amendments", 0, "code", code, "no group that needs a condition has this code")
        return DipTables(
            about,
            tuple(found),
            read_excluded(lines["excluded"], self.cells, self.journal),
            read_main_procedures(lines["main_procedures"], self.cells, self.journal),
            tuple(row for line in lines["grassroots"] for row in self.grassroots(line)),
            shipped_procedure_kinds(),
        )

    def groups(self, layer: str, line: Line, resistant: tuple[str, ...]) -> Iterator[DirectoryRow]:
        """The rows of one line: one, or two for drug-resistant tuberculosis, which either diagnosis may say."""
        row, category = line.row, heading(line.cell("category"))
        seq = self.cells.whole(row, "seq", line.cell("seq"))
        principal = self.cells.diagnoses(row, "principal", line.cell("principal"), one_code=True)
        if not category or not principal:
            lacking = "category" if not category else "principal diagnosis"
            self.journal.problem(row.sheet, row.number, f"the group has no {lacking}: {' | '.join(row.cells)[:80]!r}")
        if seq is None or not category or not principal:
            return
        group = DirectoryRow(
            code=f"{category}-{seq}",
            name=self._name(layer, line),
            layer=layer,
            seq=seq,
            principal=principal,
            main_procedure=self.cells.procedures(row, "main_procedure", line.cell("main_procedure")),
            related_procedures=self.cells.procedures(row, "related_procedures", line.cell("related_procedures")),
            secondary=self.cells.diagnoses(row, "secondary", line.cell("secondary")),
            condition=self._condition(line, f"{category}-{seq}") if layer == "pregroup" else "",
            note=self.cells.text(row, "note", line.cell("note") or line.cell("resistance_rule")),
        )
        if layer == "tuberculosis" and self._is_resistant(line):
            yield from self._resistant(group, resistant)
        else:
            yield group

    def _name(self, layer: str, line: Line) -> str:
        """The name of the sheet, or what the codes are called, joined."""
        if name := tidy(line.cell("name")):
            return name
        columns = ("principal_name", "secondary_name", "main_procedure_name", "related_name")
        parts = [tidy(line.cell(column)) for column in columns if tidy(line.cell(column))]
        if layer in ("core", "merged") and not tidy(line.cell("main_procedure")):
            parts.append(CONSERVATIVE_NAME)
        if not parts:
            self.journal.note("T017", line.row.sheet, line.row.number, "name", "", "named by its codes")
            parts = [tidy(line.cell("principal")), tidy(line.cell("main_procedure"))]
        return "：".join(filter(None, parts))

    def _condition(self, line: Line, code: str) -> str:
        """The rule of a pre-group: as amended, else read from its remark, else from its name."""
        if code in self.conditions:
            rule = self.conditions.pop(code)
            self.journal.note("T015", line.row.sheet, line.row.number, "condition", code, rule)
            return rule
        texts = [text for column in ("note", "name") if (text := tidy(line.cell(column)))]
        read = [(newborn_condition(text), text) for text in texts]
        told = next(((found, text) for found, text in read if found.rule or found.unread), None)
        if told is None:
            return ""
        found, text = told
        if found.unread:
            what = f"{code}: the condition {text!r} cannot be read (--amendments FILE with code,condition says it)"
            self.journal.problem(line.row.sheet, line.row.number, what)
        else:
            self.journal.note("T020", line.row.sheet, line.row.number, "condition", text, found.rule)
        return found.rule

    def _is_resistant(self, line: Line) -> bool:
        cell = heading(line.cell("resistant"))
        meaning = words("resistant").get(cell)
        if meaning is None:
            self.journal.problem(line.row.sheet, line.row.number, f"是否耐药 is {cell!r}, expected 是 or 否")
        return meaning == "1"

    def _resistant(self, group: DirectoryRow, resistant: tuple[str, ...]) -> Iterator[DirectoryRow]:
        """One way in by another diagnosis that says so, one by a principal diagnosis that says so itself."""
        if resistant:
            yield group._replace(secondary=to_text(_any_of(resistant)))
        own = [code for code in resistant if any(matches(leaf, code) for leaf in leaves(parse(group.principal)))]
        if own:
            yield group._replace(principal=to_text(_any_of(own)))

    def grassroots(self, line: Line) -> Iterator[GrassrootsLine]:
        """The combination of a line of the grassroots sheet."""
        row = line.row
        seq = self.cells.whole(row, "seq", line.cell("seq"))
        principal = self.cells.diagnoses(row, "principal", line.cell("principal"), one_code=True)
        main = self.cells.procedures(row, "main_procedure", line.cell("main_procedure"))
        if not principal:
            self.journal.problem(row.sheet, row.number, "a grassroots row has no principal diagnosis")
        elif seq is not None:
            yield GrassrootsLine(seq, principal, main, self._name("core", line))


def _any_of(codes: Iterable[str]) -> AnyOf | Code:
    parts = tuple(map(Code, sorted(codes)))
    return parts[0] if len(parts) == 1 else AnyOf(parts)
