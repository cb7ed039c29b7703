"""Reading back a published CSV: texts as they were, rows typed by their table, findings."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from drgcalc.base.columns import Column, Table
from drgcalc.base.errors import Finding, OutputError

_DEFUSED = re.compile("'['=+\\-@\t\r＝＋－＠]")
"""How a text begins that `writing` has put an apostrophe before."""


def read_findings(path: Path) -> Iterator[Finding]:
    """The findings of a published findings.csv, in its order."""
    for code, severity, name, row, record_id, field, value, message, hint in read_csv(path):
        yield Finding(code, severity, name, int(row), record_id, field, value, message, hint)


def read_csv(path: Path) -> Iterator[list[str]]:
    """The data rows of a published CSV, their texts as they were before they were defused for spreadsheets."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        next(lines, None)
        for line in lines:
            yield [as_it_was(cell) if cell[:1] == "'" else cell for cell in line]


def as_it_was(cell: str) -> str:
    """The text of a published cell before it was defused for spreadsheets."""
    return cell[1:] if _DEFUSED.match(cell) else cell


def read_rows(path: Path, table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a published CSV, typed as its table says; a version of an older program may lack its last columns.

    Raises OutputError when it cannot be read.
    """
    try:
        for line in read_csv(path):
            line += ["" for column in table.columns[len(line) :] if column.nullable]
            yield tuple(_cell(column, text) for column, text in zip(table.columns, line, strict=True))
    except (OSError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def _cell(column: Column, text: str) -> str | int | bool | Decimal | None:
    if column.nullable and not text:
        return None
    if column.type == "BOOLEAN":
        return text == "1"
    if column.type.startswith("DECIMAL"):
        return Decimal(text)
    return int(text) if column.type in ("INTEGER", "BIGINT") else text
