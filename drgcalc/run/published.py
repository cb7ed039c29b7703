"""Reading back what was published: allocations, ledger, and the version a reader asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from drgcalc.base.errors import OutputError, UsageError
from drgcalc.base.money import MONEY_PLACES
from drgcalc.base.settlement_columns import LEDGER, POOL
from drgcalc.run.publish import latest, periods
from drgcalc.run.published_csv import as_it_was, read_csv, read_rows
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation, PoolLine, Posting

ALLOCATIONS_PARQUET = "allocations.parquet"
METHODS_PARQUET = "methods.parquet"
LEDGER_FILE = "ledger.csv"
POOL_FILE = "pool.csv"

Shape = TypeVar("Shape")

_RENAMED = {"pay_now": "unretained"}
"""Columns that versions of an older program have under another name."""
_HOLDERS = ("pool", "account", "hospital_id")
_AMOUNTS = {**dict.fromkeys(_HOLDERS, pa.string()), "amount": pa.decimal128(38, MONEY_PLACES)}
"""Wide enough for the sum of any ledgers."""


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
    return _read_typed(folder / ALLOCATIONS_PARQUET, Allocation)


def read_method_payments(folder: Path) -> tuple[MethodPayment, ...]:
    """methods.parquet of a published version; empty when no method pays beside points. Raises OutputError."""
    path = folder / METHODS_PARQUET
    return _read_typed(path, MethodPayment) if path.exists() else ()


def _read_typed(path: Path, shape: Callable[..., Shape]) -> tuple[Shape, ...]:
    try:
        table = pq.read_table(path)
        columns = {_RENAMED.get(name, name): table[name].to_pylist() for name in table.column_names}
        return tuple(shape(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True))
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


def read_balances(ledgers: Iterable[Path]) -> dict[tuple[str, str, str | None], Decimal]:
    """What every (pool, account, hospital) holds after these published ledgers together, yuan; as a book's balances.

    Only the columns that make balances are read. Raises OutputError when a ledger cannot be read.
    """
    amounts = [_amounts(ledger) for ledger in ledgers]
    if not amounts:
        return {}
    sums = pa.concat_tables(amounts).group_by(_HOLDERS, use_threads=False).aggregate([("amount", "sum")])
    cells = zip(*(sums[name].to_pylist() for name in (*_HOLDERS, "amount_sum")), strict=True)
    return {
        (as_it_was(pool), as_it_was(account), as_it_was(hospital) or None): amount
        for pool, account, hospital, amount in cells
    }


def _amounts(ledger: Path) -> pa.Table:
    """Pool, account, hospital and amount of a published ledger's postings; their texts still defused."""
    try:
        return csv.read_csv(
            ledger,
            csv.ReadOptions(use_threads=False, skip_rows=1, column_names=LEDGER.names()),
            csv.ParseOptions(newlines_in_values=True),
            csv.ConvertOptions(include_columns=[*_HOLDERS, "amount"], column_types=_AMOUNTS, null_values=[]),
        )
    except (OSError, pa.ArrowInvalid) as error:
        raise OutputError(f"{ledger} cannot be read: {error}", hint="`drgcalc verify` says what was changed") from error


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
