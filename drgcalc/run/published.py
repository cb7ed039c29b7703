"""Reading back what was published: allocations, ledger, and the version a reader asks for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from drgcalc.base.errors import OutputError, UsageError
from drgcalc.base.money import MONEY_PLACES, from_units, to_units
from drgcalc.base.settlement_columns import POOL
from drgcalc.run.publish import latest, periods
from drgcalc.run.published_csv import read_csv, read_rows
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation, PoolLine, Posting

ALLOCATIONS_PARQUET = "allocations.parquet"
METHODS_PARQUET = "methods.parquet"
LEDGER_FILE = "ledger.csv"
POOL_FILE = "pool.csv"


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


def read_balances(ledger: Path) -> dict[tuple[str, str, str | None], Decimal]:
    """What every (pool, account, hospital) of a published ledger holds, yuan; as the book's own balances.

    Raises OutputError when it cannot be read.
    """
    found: dict[tuple[str, str, str | None], int] = {}
    try:
        for _, _, _, pool, account, hospital, amount, _, _ in read_csv(ledger):
            key = pool, account, hospital or None
            found[key] = found.get(key, 0) + to_units(Decimal(amount), MONEY_PLACES)
    except (OSError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{ledger} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error
    return {key: from_units(fen, MONEY_PLACES) for key, fen in found.items()}


def read_book(folder: Path, name: str = LEDGER_FILE) -> Book:
    """The postings of a ledger, in order. Raises OutputError when it cannot be read."""
    path = folder / name
    try:
        return Book(tuple(_posting(line) for line in read_csv(path)))
    except (OSError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def read_waterfall(folder: Path) -> tuple[PoolLine, ...]:
    """The lines of a published pool.csv. Raises OutputError when it cannot be read."""
    return tuple(PoolLine(*row[: len(PoolLine._fields)]) for row in read_rows(folder / POOL_FILE, POOL))


def _posting(line: list[str]) -> Posting:
    _, _, step, pool, account, hospital, amount, explanation, source = line
    return Posting(step, pool, account, hospital or None, Decimal(amount), explanation, source)


def _newest(out: Path, period: str) -> Path:
    folder = latest(out, period)
    if folder is None:
        raise UsageError(f"{period} has no version in {out}", hint="run `drgcalc settle` first")
    return folder
