"""A workbook opened safely: damage and bombs are refused before anything is unpacked, sheets become grids of text."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import fastexcel

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.cells import tidy

MAX_UNPACKED_BYTES = 512 << 20
MAX_SHEET_CELLS = 20_000_000

_FAR_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{2,3})\d+"[^>]*(?<!/)>')
_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')
_RESAVE = "open it in a spreadsheet program, save it as .xlsx without a password, and import that"


class Grid(NamedTuple):
    """The cells of a sheet; `first_column` is the place of its first used column, 0 for A."""

    rows: list[tuple[str | None, ...]]
    first_column: int

    def letter(self, place: int) -> str:
        """The letter that a spreadsheet program gives to a place of a row."""
        return letter(place + self.first_column)


class Spreadsheet(NamedTuple):
    """An opened workbook: the names of its sheets in order, and the SHA-256 of its bytes."""

    path: Path
    sheets: tuple[str, ...]
    sha256: str
    reader: fastexcel.ExcelReader

    def grid(self, name: str) -> Grid:
        """The cells of a sheet as text. Raises InputError when it cannot be read, RulesError when it is empty."""
        try:
            sheet = self.reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            columns = sheet.to_arrow().columns
        except fastexcel.FastExcelError as error:
            raise _unreadable(self.path, error) from error
        if not columns:
            raise RulesError(f"{self.path}, sheet {name}: the sheet is empty", hint="export the workbook again")
        first = min(column.absolute_index for column in sheet.available_columns())
        return Grid(list(zip(*(column.to_pylist() for column in columns), strict=True)), first)


def open_spreadsheet(path: Path) -> Spreadsheet:
    """The workbook of an xlsx file. Raises InputError for a file that is none, or is damaged or too big."""
    content = _read_bytes(path)
    _refuse_unsound(path, content)
    try:
        reader = fastexcel.read_excel(content)
        return Spreadsheet(path, tuple(reader.sheet_names), hashlib.sha256(content).hexdigest(), reader)
    except fastexcel.FastExcelError as error:
        raise _unreadable(path, error) from error


def letter(place: int) -> str:
    """The letter of a column of a spreadsheet: 0 is A, 26 is AA."""
    place += 1
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _unreadable(path: Path, error: fastexcel.FastExcelError) -> InputError:
    reason = tidy(str(error).split("Context")[0])
    return InputError(f"{path} cannot be read as a workbook: {reason}", hint=_RESAVE)


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
