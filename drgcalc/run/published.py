"""Reading back what was published: CSV, allocations, ledger, findings, and the version a reader asks for."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from drgcalc.base.columns import Column, Table
from drgcalc.base.errors import Finding, OutputError, UsageError
from drgcalc.run.publish import latest, periods
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation, Posting

ALLOCATIONS_PARQUET = "allocations.parquet"
METHODS_PARQUET = "methods.parquet"
LEDGER_FILE = "ledger.csv"
POOL_FILE = "pool.csv"

_DEFUSED = re.compile("'['=+\\-@\t\r＝＋－＠]")
"""How a text begins that `writing` has put an apostrophe before."""


def find_version(out: Path, period: str | None) -> Path:
    """The folder of the newest version of a settled period; of the only one when none is named. Raises UsageError."""
    settled = [name for name in periods(out) if not name.startswith("cases/")]
    if period is None:
        if len(settled) == 1:
            return _newest(out, settled[0])
        raise UsageError(
            f"{out} holds {len(settled)} settled periods" + (f": {', '.join(settled)}" if settled else ""),
            hint="name one with --year or --month" if settled else "run `drgcalc settle` first",
        )
    if period not in settled:
        raise UsageError(
            f"{period} is not settled in {out}",
            hint=f"settled are {', '.join(settled)}" if settled else "run `drgcalc settle` first",
        )
    return _newest(out, period)


def read_allocations(folder: Path) -> tuple[Allocation, ...]:
    """allocations.parquet of a published version. Raises OutputError when it cannot be read."""
    path = folder / ALLOCATIONS_PARQUET
    try:
        rows = pq.read_table(path).to_pylist()
        return tuple(Allocation(**row) for row in rows)
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def read_method_payments(folder: Path) -> tuple[MethodPayment, ...]:
    """methods.parquet of a published version; empty when no method pays beside points. Raises OutputError."""
    path = folder / METHODS_PARQUET
    if not path.exists():
        return ()
    try:
        return tuple(MethodPayment(**row) for row in pq.read_table(path).to_pylist())
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def read_book(folder: Path, name: str = LEDGER_FILE) -> Book:
    """The postings of a ledger, in order. Raises OutputError when it cannot be read."""
    path = folder / name
    try:
        return Book(tuple(_posting(line) for line in read_csv(path)))
    except (OSError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


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
            yield [cell[1:] if _DEFUSED.match(cell) else cell for cell in line]


def read_rows(path: Path, table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a published CSV, typed as its table says. Raises OutputError when it cannot be read."""
    try:
        for line in read_csv(path):
            yield tuple(_cell(column, text) for column, text in zip(table.columns, line, strict=True))
    except (OSError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def _cell(column: Column, text: str) -> str | int | Decimal | None:
    if column.nullable and not text:
        return None
    if column.type.startswith("DECIMAL"):
        return Decimal(text)
    return int(text) if column.type in ("INTEGER", "BIGINT") else text


def _posting(line: list[str]) -> Posting:
    _, _, step, pool, account, hospital, amount, explanation, source = line
    return Posting(step, pool, account, hospital or None, Decimal(amount), explanation, source)


def _newest(out: Path, period: str) -> Path:
    folder = latest(out, period)
    if folder is None:
        raise UsageError(f"{period} has no version in {out}", hint="run `drgcalc settle` first")
    return folder
