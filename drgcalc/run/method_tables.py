"""Reading a region's folder methods/: prices, agreements, history and adjustments of payment methods beside points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from drgcalc.base.errors import RulesError
from drgcalc.base.method_columns import METHOD_ADJUSTMENTS, METHOD_AGREEMENTS, METHOD_HISTORY, METHOD_PRICES
from drgcalc.run.region_tables import Row, read_table
from drgcalc.settlement.methods.inputs import MONTHS, Adjustment, Agreement, History, MethodTables, Price

FILES = {
    "prices.csv": METHOD_PRICES,
    "agreements.csv": METHOD_AGREEMENTS,
    "history.csv": METHOD_HISTORY,
    "adjustments.csv": METHOD_ADJUSTMENTS,
}


def read_method_tables(region: Path, pools: Sequence[str]) -> MethodTables:
    """The tables of methods/; those that are not there are empty. Raises RulesError for any other file in it."""
    unknown = sorted({path.name for path in (region / "methods").glob("*.csv")} - set(FILES))
    if unknown:
        raise RulesError(
            f"methods/{unknown[0]} is no table of payment methods", hint=f"the files there are {', '.join(FILES)}"
        )
    prices = _rows(region, "prices.csv")
    for row in prices:
        _check_month_bounds(row)
        _refuse_negative(row, ("fund_price", "patient_price"))
    agreements, history, adjustments = (
        _rows(region, name) for name in ("agreements.csv", "history.csv", "adjustments.csv")
    )
    for row in (*agreements, *history, *adjustments):
        _check_pool_and_month(row, pools)
    for row in agreements:
        _refuse_negative(row, ("amount",))
    for row in history:
        _refuse_negative(row, ("total_fee", "fund_paid"))
    _refuse_repeats(agreements, ("year", "month", "pool", "method", "hospital_id", "item"))
    _refuse_repeats(history, ("year", "pool", "hospital_id", "group_code"))
    texts = ("hospital_id", "level", "group_code")
    return MethodTables(
        prices=tuple(Price(**_with_empty(row, texts)) for row in prices),  # type: ignore[arg-type]
        agreements=tuple(Agreement(**row.cells) for row in agreements),  # type: ignore[arg-type]
        history=tuple(History(**_with_empty(row, ("group_code",))) for row in history),  # type: ignore[arg-type]
        adjustments=tuple(Adjustment(**row.cells) for row in adjustments),  # type: ignore[arg-type]
    )


def _rows(region: Path, name: str) -> list[Row]:
    path = region / "methods" / name
    return read_table(FILES[name], path, region) if path.is_file() else []


def _with_empty(row: Row, names: Sequence[str]) -> dict[str, object]:
    return {name: "" if cell is None and name in names else cell for name, cell in row.cells.items()}


def _check_month_bounds(row: Row) -> None:
    """Claims are summed by month, so a price holds for whole months."""
    hint = "claims are summed by month: let the price begin and end with one"
    first, last = row.cells["effective_from"], row.cells["effective_to"]
    if isinstance(first, date) and first.day != 1:
        raise RulesError(f"{row.where}: effective_from {first} is not the first of a month", hint=hint)
    if isinstance(last, date) and (last + timedelta(days=1)).day != 1:
        raise RulesError(f"{row.where}: effective_to {last} is not the last of a month", hint=hint)


def _check_pool_and_month(row: Row, pools: Sequence[str]) -> None:
    if row.cells["pool"] not in pools:
        raise RulesError(
            f"{row.where}: pool {row.cells['pool']!r} is not a pool of region.toml",
            hint=f"the pools are {', '.join(pools)}",
        )
    for name in ("month", "from_month"):
        month = row.cells.get(name)
        if isinstance(month, int) and not 1 <= month <= MONTHS:
            raise RulesError(f"{row.where}: {name} is {month}", hint="a month is a number from 1 to 12")


def _refuse_negative(row: Row, names: Sequence[str]) -> None:
    for name in names:
        value = row.cells[name]
        if isinstance(value, Decimal) and value < 0:
            raise RulesError(f"{row.where}: {name} is {value}, below zero", hint="write it without a sign")


def _refuse_repeats(rows: Sequence[Row], keys: Sequence[str]) -> None:
    seen: dict[tuple[object, ...], str] = {}
    for row in rows:
        key = tuple(row.cells[name] for name in keys)
        if key in seen:
            words = " ".join(str(part) for part in key if part is not None)
            raise RulesError(f"{row.where}: {words} stands already in {seen[key]}", hint="keep one of the two rows")
        seen[key] = row.where
