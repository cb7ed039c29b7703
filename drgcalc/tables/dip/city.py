"""A city's own directory (病种目录库): workbook or CSV, one row a group, columns by header text."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.dip.cells import FACTOR_PLACES, SCORE_PLACES, CellReader
from drgcalc.tables.dip.local import LocalLayout
from drgcalc.tables.dip.model import Correction, DipTables, DirectoryRow
from drgcalc.tables.dip.placing import Placed, Wanted, first_data_row, header_texts, place_columns
from drgcalc.tables.dip.words import aliases, header_key, words
from drgcalc.tables.journal import Journal
from drgcalc.tables.kinds import shipped_procedure_kinds
from drgcalc.tables.model import About
from drgcalc.tables.spreadsheet import Grid, Spreadsheet
from drgcalc.tables.workbook import RawRow

CORRECTION_COLUMNS = ("mean_fee", "cci", "severity", "age", "tumour", "icu", "bed_day")
_HOLDS = {"principal": "DI", "main_procedure": "OP", "related_procedures": "OP", "secondary": "DI"}
_REQUIRED = ("code", "principal")
_TYPE, _MEANS = "(核心|综合|基层|中医)", r"(?:[^\d\w]|为|是|表示|代表){0,2}"
_LEGEND = re.compile(rf"(\d+){_MEANS}{_TYPE}|{_TYPE}(?:病种)?{_MEANS}(\d+)")
_ENCODINGS = ("utf-8-sig", "gb18030")


class Sheets(NamedTuple):
    """The sheets of a source that may hold groups: name to cells; a CSV file has one, named as the file."""

    path: Path
    grids: Mapping[str, Grid]
    sha256: str


def sheets_of_book(book: Spreadsheet, journal: Journal) -> Sheets:
    """Every sheet of a workbook; empty ones are noted and left out."""
    grids = {}
    for name in book.sheets:
        try:
            grids[name] = book.grid(name)
        except RulesError:
            journal.note("T019", name, 0, "", name, "left out: empty")
    return Sheets(book.path, grids, book.sha256)


def sheets_of_csv(path: Path) -> Sheets:
    """The one sheet of a CSV file, UTF-8 or GB18030. Raises InputError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="give the path of the directory") from error
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Sheets(path, {path.name: _grid_of(path, text)}, hashlib.sha256(content).hexdigest())
    raise InputError(f"{path} is neither UTF-8 nor GB18030", hint="save it as CSV UTF-8")


def _grid_of(path: Path, text: str) -> Grid:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{path} is no sound CSV: {error}", hint="quote cells that hold commas or quotes") from error
    width = max(map(len, rows), default=0)
    return Grid([(*row, *[None] * (width - len(row))) for row in rows], 0)


def read_city(sheets: Sheets, about: About, local: LocalLayout, journal: Journal) -> DipTables:
    """The tables of a city's directory: every sheet whose header names a group code and a principal diagnosis.

    Problems and repairs go to the journal. Raises RulesError when no sheet is one of a directory.
    """
    wanted = _wanted(local)
    rows: list[tuple[RawRow, DirectoryRow]] = []
    corrections: dict[Correction, None] = {}
    reader = _Reader(CellReader(journal, local.precedence), local, journal)
    for name, grid in _directories(sheets, wanted, journal).items():
        placed = place_columns(sheets.path, name, grid, wanted, journal)
        reader.open(placed, placed.rows(journal))
        for row, cells in reader.lines:
            rows += [(row, made) for made in reader.group(row, cells, len(rows) + 1)]
            corrections |= dict.fromkeys(reader.corrections(row, cells))
    if corrections:
        journal.note("T032", sheets.path.name, 0, "", f"{len(corrections):,} numbers", "written to corrections.csv")
    return DipTables(
        about, _once(rows, journal), (), (), (), shipped_procedure_kinds(), tuple(corrections), dict(local.options)
    )


def _wanted(local: LocalLayout) -> dict[str, Wanted]:
    return {
        column: Wanted((*local.aliases.get(column, ()), *headers), None, _HOLDS.get(column, ""), column in _REQUIRED)
        for column, headers in aliases().items()
    }


def _directories(sheets: Sheets, wanted: Mapping[str, Wanted], journal: Journal) -> dict[str, Grid]:
    found = {}
    for name, grid in sheets.grids.items():
        first = first_data_row(grid)
        texts = set().union(*header_texts(grid, first)) if first is not None else set()
        if all(any(header_key(header) in texts for header in wanted[column].headers) for column in _REQUIRED):
            found[name] = grid
        else:
            journal.note("T019", name, 0, "", name, "left out")
    if not found:
        shown = {
            cell: None for grid in sheets.grids.values() for row in grid.rows[:3] for cell in map(_tidy, row) if cell
        }
        raise RulesError(
            f"{sheets.path} is no official workbook, and no sheet has the headers of a directory (病种编码 and "
            f"主要诊断编码); it has {', '.join(shown)[:200] or 'none'}",
            hint='name its headers in a TOML file, [directory.aliases] principal = ["…"], and give it with --layout',
        )
    return found


def _tidy(cell: str | None) -> str:
    return tidy(cell or "")


def _once(rows: Sequence[tuple[RawRow, DirectoryRow]], journal: Journal) -> tuple[DirectoryRow, ...]:
    """The rows without those that stand twice, whatever their number; another name for a code is noted."""
    found: dict[DirectoryRow, DirectoryRow] = {}
    names: dict[str, str] = {}
    for at, row in rows:
        if found.setdefault(row._replace(seq=0), row) is not row:
            journal.note("T005", at.sheet, at.number, "code", row.code, "dropped: the same row stands above")
        elif names.setdefault(row.code, row.name) != row.name:
            journal.note("T034", at.sheet, at.number, "name", f"{row.code}: {row.name}", f"known as {names[row.code]}")
    return tuple(found.values())


Cells = Mapping[str, str]


class _Reader:
    """Rows of the sheets of one directory to rows of the tables."""

    def __init__(self, cells: CellReader, local: LocalLayout, journal: Journal) -> None:
        self.cells = cells
        self.local = local
        self.journal = journal
        self.lines: list[tuple[RawRow, Cells]] = []
        self.headers: Mapping[str, str] = {}
        self.types: Mapping[str, str] = {}
        self.sheet_type = "core"

    def open(self, placed: Placed, rows: Sequence[RawRow]) -> None:
        """Begin a sheet: its rows by name of column, and what its type column means."""
        self.headers = placed.headers
        self.lines = [(row, dict(zip(placed.columns, row.cells, strict=True))) for row in rows]
        self._open_types(placed)

    def _open_types(self, placed: Placed) -> None:
        """What the cells of the type column mean: as the city said, as words say, as the header's legend says.

        A legend that does not speak of the cells that are there is a problem: nothing is guessed.
        """
        said = {**words("type"), **self.local.types}
        if "type" not in placed.columns:
            named = [meaning for word, meaning in words("type").items() if word in heading(placed.sheet)]
            self.types, self.sheet_type = said, named[0] if named else "core"
            if not named:
                self.journal.note(
                    "T033", placed.sheet, placed.first, "type", "no column 病种类型", "all groups are core"
                )
            return
        legend = _legend(placed.headers["type"])
        counts = Counter(heading(cells["type"]) for _, cells in self.lines)
        unknown = [
            cell for cell in counts if cell not in said and (cell not in legend or not set(counts) <= set(legend))
        ]
        held = ", ".join(f"{cell or 'empty'} ({times:,} rows)" for cell, times in counts.most_common())
        means = ", ".join(f"{cell} {meaning}" for cell, meaning in legend.items()) or "does not say what they mean"
        if unknown:
            what = f"the type column {placed.headers['type']!r} holds {held}; its header says: {means}"
            told = "say what each means: [directory.types] in a TOML file, given with --layout"
            self.journal.problem(placed.sheet, placed.first, f"{what} ({told})")
        elif any(
            said.get(cell, legend.get(cell)) != legend.get(cell) for cell in counts if legend and cell.isdecimal()
        ):
            stated = ", ".join(f"{cell} {said.get(cell, legend.get(cell))}" for cell in counts)
            self.journal.note("T031", placed.sheet, placed.first, "type", f"{placed.headers['type']}: {held}", stated)
        self.types = {**legend, **said}

    def group(self, row: RawRow, cells: Cells, seq: int) -> list[DirectoryRow]:
        """The row of a line; none when it cannot be used, which is then a problem."""
        code, type_ = heading(cells["code"]), self._type(cells)
        principal = self.cells.diagnoses(row, "principal", cells["principal"], one_code=True)
        if not code or not principal:
            lacking = "code" if not code else "principal diagnosis"
            self.journal.problem(row.sheet, row.number, f"the group has no {lacking}: {' | '.join(row.cells)[:80]!r}")
            return []
        if type_ is None:
            return []
        layer = "comprehensive" if type_ == "comprehensive" else "core"
        main, kind = cells.get("main_procedure", ""), ""
        if layer == "comprehensive":
            kind, main = self._kind(row, cells, code)
        made = DirectoryRow(
            code=code,
            name=self._name(row, cells, code),
            layer=layer,
            seq=seq,
            principal=principal,
            main_procedure=self.cells.procedures(row, "main_procedure", main),
            related_procedures=self.cells.procedures(row, "related_procedures", cells.get("related_procedures", "")),
            secondary=self.cells.diagnoses(row, "secondary", cells.get("secondary", "")),
            kind=kind,
            grassroots=int(type_ == "grassroots") or self._flag(row, cells, "grassroots"),
            tcm=int(type_ == "tcm") or self._flag(row, cells, "tcm"),
            score=self.cells.number(row, "score", cells.get("score", ""), SCORE_PLACES),
            note=self.cells.text(row, "note", cells.get("note", "")),
        )
        return [made]

    def _type(self, cells: Cells) -> str | None:
        if "type" not in cells:
            return self.sheet_type
        return self.types.get(heading(cells["type"]))

    def _kind(self, row: RawRow, cells: Cells, code: str) -> tuple[str, str]:
        """The kind of a comprehensive group, and what is left of its procedure cell."""
        said = {**words("kind"), **self.local.kinds}
        main = cells.get("main_procedure", "")
        if cell := heading(cells.get("kind", "")):
            if cell in said:
                return said[cell], main
            known = ", ".join(self.local.kinds) or "words such as 手术, 保守治疗"
            what = f"{code}: kind of treatment {cells['kind']!r}, known are {known} ([directory.kinds] says more)"
            self.journal.problem(row.sheet, row.number, what)
            return "", main
        if heading(main) in said:
            kind = said[heading(main)]
            self.journal.note("T035", row.sheet, row.number, "kind", main, kind)
            return kind, ""
        name = heading(cells.get("name", ""))
        longest = max((word for word in said if word and word in name), key=len, default="")
        if longest:
            self.journal.note("T035", row.sheet, row.number, "kind", name, said[longest])
            return said[longest], main
        self.journal.problem(
            row.sheet, row.number, f"{code}: nothing says the kind of treatment of this comprehensive group"
        )
        return "", main

    def _name(self, row: RawRow, cells: Cells, code: str) -> str:
        parts = [tidy(cells.get(column, "")) for column in ("principal_name", "main_procedure_name")]
        name = self.cells.text(row, "name", cells.get("name", "")) or "：".join(filter(None, parts))
        if not name:
            self.journal.note("T017", row.sheet, row.number, "name", code, f"named {code}")
        return name or code

    def _flag(self, row: RawRow, cells: Cells, column: str) -> int:
        return self.cells.flag(row, column, cells[column]) if column in cells else 0

    def corrections(self, row: RawRow, cells: Cells) -> list[Correction]:
        """The numbers of the line that belong to a region."""
        found: list[tuple[str, Decimal | None]] = [
            (column, self.cells.number(row, column, cells[column], FACTOR_PLACES))
            for column in CORRECTION_COLUMNS
            if column in cells
        ]
        code = heading(cells["code"])
        return [
            Correction(code, item, value, self.headers[item]) for item, value in found if value is not None and code
        ]


def _legend(header: str) -> dict[str, str]:
    """What a header says of its cells: 病种类型（1核心 2综合） is 1 core, 2 comprehensive."""
    found: dict[str, str] = {}
    for before, word, word_first, behind in _LEGEND.findall(heading(header)):
        found[before or behind] = words("type")[word or word_first]
    return found
