"""A workbook of published tables opened safely, its sheets found by name and their columns by header text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.tables.cells import heading, tidy, visible
from drgcalc.tables.findings import note
from drgcalc.tables.model import Note
from drgcalc.tables.spreadsheet import Grid, Spreadsheet

HEADER_ROWS = 10


class Layout(NamedTuple):
    """How a published sheet is recognised: its name, and for each column of ours the header texts, best first."""

    sheet: str
    headers: Mapping[str, tuple[str, ...]]


class RawRow(NamedTuple):
    """A row as it stands: sheet or file, its number there from 1, the cells in the order of the layout's columns."""

    sheet: str
    number: int
    cells: tuple[str, ...]


class Book(NamedTuple):
    """The rows of every layout, the title above the first sheet's header ("" if none), notes on the reading."""

    rows: Mapping[str, list[RawRow]]
    title: str
    sha256: str
    notes: list[Note]


def read_book(book: Spreadsheet, layouts: Mapping[str, Layout]) -> Book:
    """Every sheet of `layouts` (table name to layout). Raises InputError for a sheet that cannot be read, RulesError
    for a sheet or header that is missing or stands twice."""
    path = book.path
    names = _match_sheets(path, book.sheets, layouts)
    sheets = {table: book.grid(names[table]) for table in layouts}
    notes = [note("T019", name, 0, "", name, "left out") for name in book.sheets if name not in names.values()]
    rows: dict[str, list[RawRow]] = {}
    title = ""
    for table, layout in layouts.items():
        grid = sheets[table]
        at, columns = _find_header(path, names[table], layout, grid)
        if not title and at > 0:
            title = next((tidy(cell) for cell in grid.rows[0] if cell), "")
        notes.extend(_layout_notes(names[table], grid, at, columns))
        rows[table] = _take(names[table], grid, at, list(columns.values()), notes)
    return Book(rows, title, book.sha256, notes)


def _match_sheets(path: Path, found: Sequence[str], layouts: Mapping[str, Layout]) -> dict[str, str]:
    by_heading = {heading(name): name for name in found}
    names: dict[str, str] = {}
    for table, layout in layouts.items():
        name = by_heading.get(heading(layout.sheet))
        if name is None:
            raise RulesError(
                f"{path} has no sheet {layout.sheet}; it has {', '.join(found) or 'none'}",
                hint=f"the official DRG workbook has the sheets {', '.join(item.sheet for item in layouts.values())}",
            )
        names[table] = name
    return names


def _find_header(path: Path, name: str, layout: Layout, grid: Grid) -> tuple[int, dict[str, int]]:
    """The place of the header row and of each column of ours in it: the first row that has them all."""
    best: tuple[int, int, dict[str, int]] = (0, 0, {})
    for at, cells in enumerate(grid.rows[:HEADER_ROWS]):
        texts = [heading(cell or "") for cell in cells]
        columns = {column: _place(path, name, at, texts, wanted, grid) for column, wanted in layout.headers.items()}
        located = {column: place for column, place in columns.items() if place is not None}
        if len(located) == len(columns):
            return at, located
        best = max(best, (len(located), at, located), key=lambda item: item[0])
    _, at, located = best
    lacking = next(wanted[0] for column, wanted in layout.headers.items() if column not in located)
    found = [tidy(cell) for cell in grid.rows[at] if cell and tidy(cell)]
    raise RulesError(
        f"{path}, sheet {name}, row {at + 1}: no column {lacking}; the headers found are "
        f"{', '.join(found[:12]) or 'none'}",
        hint="the layout is unknown: compare with the official workbook and mend the header texts",
    )


def _place(path: Path, name: str, at: int, texts: list[str], wanted: tuple[str, ...], grid: Grid) -> int | None:
    for text in wanted:
        places = [place for place, found in enumerate(texts) if found == heading(text)]
        if len(places) > 1:
            letters = " and ".join(grid.letter(place) for place in places)
            raise RulesError(
                f"{path}, sheet {name}, row {at + 1}: header {text} stands in columns {letters}",
                hint="keep one of them",
            )
        if places:
            return places[0]
    return None


def _layout_notes(name: str, grid: Grid, at: int, columns: Mapping[str, int]) -> list[Note]:
    where = ", ".join(f"{column} in {grid.letter(place)}" for column, place in columns.items())
    notes = [note("T001", name, at + 1, "", f"header in row {at + 1}", where)]
    if grid.first_column or not any(row[0] for row in grid.rows):
        notes.append(note("T001", name, at + 1, "", "the first column is empty", "columns taken by header text"))
    return notes


def _take(name: str, grid: Grid, at: int, places: list[int], notes: list[Note]) -> list[RawRow]:
    rows: list[RawRow] = []
    for number, cells in enumerate(grid.rows[at + 1 :], start=at + 2):
        kept = tuple([cells[place] or "" for place in places])
        if any(kept) and any(tidy(cell) for cell in kept):
            rows.append(RawRow(name, number, kept))
        else:
            rest = visible(" ".join(cell for cell in cells if cell))
            notes.append(note("T002", name, number, "", rest, "skipped"))
    return rows
