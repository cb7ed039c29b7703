"""A workbook of published tables opened safely, its sheets found by name and their columns by header text."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import fastexcel

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.cells import heading, tidy, visible
from drgcalc.tables.findings import note
from drgcalc.tables.model import Note

HEADER_ROWS = 10
MAX_UNPACKED_BYTES = 512 << 20
MAX_SHEET_CELLS = 20_000_000

_FAR_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{2,3})\d+"[^>]*(?<!/)>')
_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')


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


def read_book(path: Path, layouts: Mapping[str, Layout]) -> Book:
    """Every sheet of `layouts` (table name to layout). Raises InputError for a file that is no sound xlsx workbook,
    RulesError for a sheet or header that is missing or stands twice."""
    content = _read_bytes(path)
    _refuse_unsound(path, content)
    try:
        reader = fastexcel.read_excel(content)
        names = _match_sheets(path, reader.sheet_names, layouts)
        sheets = {table: _load(reader, path, names[table]) for table in layouts}
    except fastexcel.FastExcelError as error:
        reason = tidy(str(error).split("Context")[0])
        raise InputError(f"{path} cannot be read as a workbook: {reason}", hint=_RESAVE) from error
    notes = [note("T019", name, 0, "", name, "left out") for name in reader.sheet_names if name not in names.values()]
    rows: dict[str, list[RawRow]] = {}
    title = ""
    for table, layout in layouts.items():
        grid = sheets[table]
        at, columns = _find_header(path, names[table], layout, grid)
        if not title and at > 0:
            title = next((tidy(cell) for cell in grid.rows[0] if cell), "")
        notes.extend(_layout_notes(names[table], grid, at, columns))
        rows[table] = _take(names[table], grid, at, list(columns.values()), notes)
    return Book(rows, title, hashlib.sha256(content).hexdigest(), notes)


class _Grid(NamedTuple):
    """The cells of a sheet; `first_column` is the place of its first used column, 0 for A."""

    rows: list[tuple[str | None, ...]]
    first_column: int


_RESAVE = "open it in a spreadsheet program, save it as .xlsx without a password, and import that"


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="give the path of the workbook") from error


def _refuse_unsound(path: Path, content: bytes) -> None:
    """Damage and bombs are found here, before anything is unpacked into memory by the reader."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            if size > MAX_UNPACKED_BYTES:
                raise InputError(f"{path} unpacks to {size:,} bytes; no scheme is that big", hint=_RESAVE)
            if "xl/workbook.xml" not in archive.namelist():
                raise InputError(f"{path} is a zip file but no xlsx workbook", hint=_RESAVE)
            if damaged := archive.testzip():
                raise InputError(f"{path} is damaged: {damaged} does not match its checksum", hint=_RESAVE)
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _refuse_vast(path, name, archive.read(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path} is no xlsx workbook: {error}", hint=_RESAVE) from error


def _refuse_vast(path: Path, name: str, sheet: bytes) -> None:
    """A cell far to the right or below would make the reader lay out the whole rectangle."""
    width = max((_column_number(found) for found in set(_FAR_CELL.findall(sheet))), default=26)
    tail = _ROW.findall(sheet, max(0, sheet.rfind(b"<row ")))
    height = int(tail[0]) if tail else 0
    if width * height > MAX_SHEET_CELLS:
        raise InputError(f"{path}: {name} spreads over {width} columns and {height:,} rows", hint=_RESAVE)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


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


def _load(reader: fastexcel.ExcelReader, path: Path, name: str) -> _Grid:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    columns = sheet.to_arrow().columns
    if not columns:
        raise RulesError(f"{path}, sheet {name}: the sheet is empty", hint="export the workbook again")
    first = min(column.absolute_index for column in sheet.available_columns())
    return _Grid(list(zip(*(column.to_pylist() for column in columns), strict=True)), first)


def _find_header(path: Path, name: str, layout: Layout, grid: _Grid) -> tuple[int, dict[str, int]]:
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


def _place(path: Path, name: str, at: int, texts: list[str], wanted: tuple[str, ...], grid: _Grid) -> int | None:
    for text in wanted:
        places = [place for place, found in enumerate(texts) if found == heading(text)]
        if len(places) > 1:
            letters = " and ".join(_letter(place + grid.first_column) for place in places)
            raise RulesError(
                f"{path}, sheet {name}, row {at + 1}: header {text} stands in columns {letters}",
                hint="keep one of them",
            )
        if places:
            return places[0]
    return None


def _letter(place: int) -> str:
    """The letter of a column of a spreadsheet: 0 is A, 26 is AA."""
    place += 1
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _layout_notes(name: str, grid: _Grid, at: int, columns: Mapping[str, int]) -> list[Note]:
    where = ", ".join(f"{column} in {_letter(place + grid.first_column)}" for column, place in columns.items())
    notes = [note("T001", name, at + 1, "", f"header in row {at + 1}", where)]
    if grid.first_column or not any(row[0] for row in grid.rows):
        notes.append(note("T001", name, at + 1, "", "the first column is empty", "columns taken by header text"))
    return notes


def _take(name: str, grid: _Grid, at: int, places: list[int], notes: list[Note]) -> list[RawRow]:
    rows: list[RawRow] = []
    for number, cells in enumerate(grid.rows[at + 1 :], start=at + 2):
        kept = tuple([cells[place] or "" for place in places])
        if any(kept) and any(tidy(cell) for cell in kept):
            rows.append(RawRow(name, number, kept))
        else:
            rest = visible(" ".join(cell for cell in cells if cell))
            notes.append(note("T002", name, number, "", rest, "skipped"))
    return rows
