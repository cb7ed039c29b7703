"""XLSX files: looked at before they are opened (size when unpacked, macros), their first sheet as texts.

A spreadsheet keeps 15 digits of a number. An identifier of more digits in a number cell has lost the others: it is
given as the rounded number it is (1.23E+17), which the editor refuses.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow as pa

from drgcalc.base.errors import InputError

UNPACKED_LIMIT = 2 << 30
"""Bytes that all parts of a workbook may have when they are unpacked."""
RATIO_LIMIT = 200
"""How many times larger a part may get by unpacking; sheets of records get 10 to 30 times larger."""
SMALL = 16 << 20
"""Bytes below which the ratio does not matter."""
EXACT_DIGITS = 15
_MACROS = "vbaproject.bin"
_CHUNK = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
"""What zipfile throws at archives that are cut, changed, encrypted or packed in ways that nobody knows."""


def first_sheet(path: Path, name: str) -> pa.Table:
    """The cells of the first sheet as texts, columns c0, c1 …, header rows included. `name` names it in messages.

    Raises InputError for a workbook with macros, one that unpacks beyond all measure, one with rows on other sheets.
    """
    refuse_dangerous(path, name)
    workbook = fastexcel.read_excel(path)
    for other in workbook.sheet_names[1:]:
        if rows := workbook.load_sheet(other, header_row=None, dtypes="string").height:
            raise InputError(
                f"{name}: records are read from the first sheet, {workbook.sheet_names[0]!r}, "
                f"but sheet {other!r} holds {rows} rows too",
                hint="put every sheet of records into a file of its own, and delete what is no record",
            )
    sheet = workbook.load_sheet(0, header_row=None, dtypes="string").to_arrow()
    return pa.Table.from_batches([sheet]).rename_columns([f"c{index}" for index in range(sheet.num_columns)])


def with_rounded_numbers(path: Path, cells: pa.Table, columns: Iterable[int]) -> pa.Table:
    """`cells` with the number cells of these columns that a spreadsheet has rounded written as rounded numbers."""
    workbook = None
    for column in columns:
        texts = pl.Series(cells.column(column))
        long = texts.str.contains(f"^-?[0-9]{{{EXACT_DIGITS + 1},}}") & texts.is_not_null()
        if not long.any():
            continue
        workbook = workbook or fastexcel.read_excel(path)
        is_number = _number_cells(workbook, column, len(texts))
        rounded = [
            f"{text[0]}.{text[1:EXACT_DIGITS]}E+{len(text.split('.')[0]) - 1}" if lost else text
            for text, lost in zip(texts, long & is_number, strict=True)
        ]
        cells = cells.set_column(column, cells.field(column), pa.array(rounded, pa.string()))
    return cells


def refuse_dangerous(path: Path, name: str) -> None:
    """Raise InputError for what is no workbook that can be opened without harm; every part is unpacked once, to count.

    Sizes are counted, not believed: zipfile refuses a part that is larger than it says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if any(part.filename.lower().endswith(_MACROS) for part in archive.infolist()):
                raise InputError(
                    f"{name}: the workbook holds macros", hint="save it as .xlsx without macros, or as CSV"
                )
            _refuse_bomb(archive.infolist(), name)
            for part in archive.infolist():
                with archive.open(part) as file:
                    while file.read(_CHUNK):
                        pass
    except _DAMAGED as error:
        raise InputError(
            f"{name}: the workbook is damaged or protected: {error}", hint="open it, save it as .xlsx and send it again"
        ) from error


def _refuse_bomb(parts: Sequence[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    bloated = [
        part for part in parts if part.file_size > SMALL and part.file_size > RATIO_LIMIT * max(part.compress_size, 1)
    ]
    if unpacked > UNPACKED_LIMIT or bloated:
        raise InputError(
            f"{name}: unpacked the workbook has {unpacked:,} bytes, which no sheet of records needs",
            hint="delete empty rows and columns below and beside the records, or save it as CSV",
        )


def _number_cells(workbook: fastexcel.ExcelReader, column: int, rows: int) -> pl.Series:
    """Which cells of a column are numbers: only those, and truth values, can be read as truth values."""
    sheet = workbook.load_sheet(0, header_row=None, dtypes="boolean", use_columns=[column])
    return pl.Series(sheet.to_arrow().column(0)).is_not_null().head(rows)
