"""CSV files that people hand in: read strictly, every error with the row."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.workbook import RawRow


def read_content(path: Path, hint: str) -> bytes:
    """The bytes of a file. Raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint=hint) from error


def raw_rows(path: Path, content: bytes, columns: Sequence[str]) -> list[RawRow]:
    """The rows of a CSV file in UTF-8, cells in the order of `columns`. Raises InputError for a file that is no sound
    CSV, RulesError for a missing column or a row of another length."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 at byte {error.start}", hint="save it as CSV UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path} is no sound CSV: {error}", hint="quote cells that hold commas or quotes") from error
    header = lines[0] if lines else []
    missing = [column for column in columns if column not in header]
    if missing:
        raise RulesError(
            f"{path}: no column {missing[0]} in the header {','.join(header)}", hint=f"it must be {','.join(columns)}"
        )
    places = [header.index(column) for column in columns]
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise RulesError(
                f"{path}, row {number}: {len(cells)} cells, expected {len(header)}", hint="quote cells that hold commas"
            )
        rows.append(RawRow(path.name, number, tuple(cells[place] for place in places)))
    return rows
