"""Columns of a sheet whose header has one, two or three rows: by header text, else by the published position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.tables.cells import heading, tidy, visible
from drgcalc.tables.dip.words import header_key, words
from drgcalc.tables.journal import Journal
from drgcalc.tables.spreadsheet import Grid
from drgcalc.tables.workbook import RawRow

HEADER_ROWS = 12
_LOOKED_AT = 200
_DIAGNOSIS = re.compile(r"\(?[A-Za-z]\d\d")
_PROCEDURE = re.compile(r"\(?\d\d\.\d")
_WHOLE = re.compile(r"\d+(\.0+)?")


class Wanted(NamedTuple):
    """A column of a sheet. `place`: where the published layout has it, from 0; None when it is known by header alone.
    `holds`: what most of its cells are: DI, OP, number, or "" for any text."""

    headers: tuple[str, ...]
    place: int | None = None
    holds: str = ""
    required: bool = False


@dataclass(frozen=True)
class Placed:
    """Where the columns of a sheet were found: places in the rows of the grid; `first` is the first row of data."""

    sheet: str
    grid: Grid
    first: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]

    def rows(self, journal: Journal) -> list[RawRow]:
        """The rows of data, cells in the order of `columns`; blank ones and remarks are noted and left out."""
        rows: list[RawRow] = []
        for number, cells in enumerate(self.grid.rows[self.first :], start=self.first + 1):
            kept = tuple(cells[place] or "" for place in self.columns.values())
            filled = [place for place, cell in enumerate(cells) if cell and tidy(cell)]
            if not filled:
                journal.note("T002", self.sheet, number, "", "", "skipped")
            elif filled == [0] and not _is_code(cells[0] or ""):
                journal.note("T026", self.sheet, number, "", cells[0] or "", "skipped")
            else:
                rows.append(RawRow(self.sheet, number, kept))
        return rows


def first_data_row(grid: Grid) -> int | None:
    """The place of the first row with a cell that is a code, stands for all codes, or is a number among texts; None
    when there is none. A row of numbers alone numbers the columns and belongs to the header."""
    for at, cells in enumerate(grid.rows[:HEADER_ROWS]):
        filled = [text for cell in cells if (text := heading(cell or ""))]
        numbers = sum(_WHOLE.fullmatch(text) is not None for text in filled)
        if any(map(_is_code, filled)) or 0 < numbers < len(filled):
            return at
    return None


def _is_code(cell: str) -> bool:
    text = heading(cell)
    return bool(_DIAGNOSIS.match(text) or _PROCEDURE.match(text) or words("diagnosis").get(text) == "*")


def header_texts(grid: Grid, first: int) -> list[set[str]]:
    """For each column the texts that its header may be: of one row, or of two or three rows read downwards.

    A cell that was merged across columns has its text in the first of them; it is read as the text of all.
    """
    rows = [[header_key(cell or "") for cell in cells] for cells in grid.rows[:first]]
    filled = [_filled(row) for row in rows]
    texts: list[set[str]] = [set() for _ in (grid.rows[0] if grid.rows else ())]
    for last, row in enumerate(rows):
        for place, own in enumerate(row):
            if own:
                above = [
                    "".join(filled[at][place] for at in range(start, last)) for start in range(max(0, last - 2), last)
                ]
                texts[place] |= {own, *(f"{text}{own}" for text in above)}
    return texts


def _filled(row: list[str]) -> list[str]:
    out: list[str] = []
    for cell in row:
        out.append(cell or (out[-1] if out else ""))
    return out


def place_columns(path: Path, sheet: str, grid: Grid, wanted: Mapping[str, Wanted], journal: Journal) -> Placed:
    """Where the wanted columns are. Raises RulesError for a sheet without data or without a required column."""
    first = first_data_row(grid)
    if first is None:
        raise RulesError(
            f"{path}, sheet {sheet}: none of the first {HEADER_ROWS} rows holds a code",
            hint="the sheet is empty or of an unknown layout: compare with the published workbook",
        )
    texts = header_texts(grid, first)
    named = {column: _by_header(path, sheet, grid, texts, want) for column, want in wanted.items()}
    columns = {column: place for column, place in named.items() if place is not None}
    shifts = {place - shift for column, place in columns.items() if (shift := wanted[column].place) is not None}
    by_place: dict[str, int] = {}
    if len(shifts) <= 1:
        by_place = _by_place(grid, wanted, columns, shifts.pop() if shifts else 0)
    columns |= by_place
    _refuse_misplaced(path, sheet, grid, first, wanted, columns)
    _note_layout(sheet, grid, first, wanted, columns, by_place, journal)
    headers = {column: _spelled(grid, first, place) for column, place in columns.items()}
    return Placed(sheet, grid, first, {column: columns[column] for column in wanted if column in columns}, headers)


def _by_header(path: Path, sheet: str, grid: Grid, texts: list[set[str]], want: Wanted) -> int | None:
    """The one place of a header; a name that several columns share says nothing, a code that they share is an error."""
    for header in want.headers:
        key = header_key(header)
        places = [place for place, found in enumerate(texts) if key in found]
        if len(places) > 1 and want.holds:
            letters = " and ".join(grid.letter(place) for place in places)
            raise RulesError(
                f"{path}, sheet {sheet}: header {header} stands in columns {letters}", hint="keep one of them"
            )
        if len(places) == 1:
            return places[0]
    return None


def _by_place(grid: Grid, wanted: Mapping[str, Wanted], found: Mapping[str, int], shift: int) -> dict[str, int]:
    width = len(grid.rows[0]) if grid.rows else 0
    taken = set(found.values())
    placed: dict[str, int] = {}
    for column, want in wanted.items():
        place = None if want.place is None else want.place + shift
        if column not in found and place is not None and 0 <= place < width and place not in taken:
            placed[column] = place
    return placed


def _refuse_misplaced(
    path: Path, sheet: str, grid: Grid, first: int, wanted: Mapping[str, Wanted], columns: Mapping[str, int]
) -> None:
    """A required column must be there, and a column of codes or numbers must hold mostly these."""
    found = ", ".join(dict.fromkeys(visible(tidy(cell)) for cells in grid.rows[:first] for cell in cells if cell))
    hint = f"the layout is unknown; the headers found are {found[:200] or 'none'}"
    for column, want in wanted.items():
        place = columns.get(column)
        if place is None:
            if want.required:
                raise RulesError(f"{path}, sheet {sheet}: no column {want.headers[0]}", hint=hint)
            continue
        cells = [cell for row in grid.rows[first : first + _LOOKED_AT] if (cell := heading(row[place] or ""))]
        fitting = sum(_fits(cell, want.holds) for cell in cells)
        if fitting * 2 < len(cells) or (want.required and not cells):
            example = f", as {visible(cells[0])!r}" if cells else ""
            raise RulesError(
                f"{path}, sheet {sheet}: column {grid.letter(place)} should be {want.headers[0]}, but {fitting} of "
                f"{len(cells)} cells are{example}",
                hint=hint,
            )


def _fits(cell: str, holds: str) -> bool:
    match holds:
        case "DI":
            return bool(_DIAGNOSIS.match(cell)) or cell in words("diagnosis")
        case "OP":
            return bool(_PROCEDURE.match(cell) or _WHOLE.fullmatch(cell)) or cell in words("procedure") | words("kind")
        case "category":
            return not cell.isdecimal() and not _DIAGNOSIS.match(cell)
        case "number":
            return _WHOLE.fullmatch(cell) is not None
        case _:
            return True


def _note_layout(
    sheet: str,
    grid: Grid,
    first: int,
    wanted: Mapping[str, Wanted],
    columns: Mapping[str, int],
    by_place: Mapping[str, int],
    journal: Journal,
) -> None:
    def where(found: Mapping[str, int]) -> str:
        return ", ".join(f"{column} in {grid.letter(place)}" for column, place in found.items())

    text = f"data from row {first + 1}"
    journal.note("T001", sheet, first + 1, "", text, where({c: at for c, at in columns.items() if c not in by_place}))
    for code, is_text in (("T027", False), ("T036", True)):
        if found := {column: at for column, at in by_place.items() if (not wanted[column].holds) == is_text}:
            journal.note(code, sheet, first + 1, "", text, where(found))


def _spelled(grid: Grid, first: int, place: int) -> str:
    """The header of a column as it stands, all its rows, for reports."""
    return " ".join(cell for row in grid.rows[:first] if (cell := tidy(row[place] or "")))
