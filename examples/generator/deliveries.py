"""Stays into input files, as bureaus and hospitals hold them: Parquet, CSV, XLSX, and mistakes in them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from drgcalc.base.columns import RECORDS
from drgcalc.base.money import from_units, to_units
from generator.plan import HERE, Delivery, Plan, rows
from generator.stays import Stay

STAMP = datetime(2025, 1, 10)  # when the workbook says it was made: a fact of the example, not of the clock
_ARROW = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
    "DECIMAL(9,2)": pa.decimal128(9, 2),
    "VARCHAR[]": pa.list_(pa.string()),
}
Record: TypeAlias = dict[str, object]
Dirt: TypeAlias = Sequence[Mapping[str, str]]

_SEX = {"1": "男", "2": "女"}


class Heading(NamedTuple):
    """One column of a text layout: its header rows, and the canonical column and place it takes."""

    header: str
    second_header: str
    column: str
    place: str


def write_deliveries(target: Path, plan: Plan, stays: Mapping[int, Sequence[Stay]]) -> None:
    """Every input file of a region, with the mistakes of its dirt.csv."""
    random = Random(plan.seed + 1)
    for delivery in plan.deliveries:
        own = [stay for year in delivery.years for stay in _own(plan, delivery, year, stays[year])]
        for path, records in _files(delivery, own).items():
            dirt = [row for row in plan.dirt if row["file"] == Path(path).name]
            write_delivery(target / path, delivery, records, dirt, random)


def _own(plan: Plan, delivery: Delivery, year: int, stays: Sequence[Stay]) -> list[Stay]:
    """The stays of a year that a delivery holds: those of its hospitals, else of all that deliver no file apart."""
    if delivery.hospitals:
        return [stay for stay in stays if stay.hospital_id in delivery.hospitals]
    apart = {hospital for other in plan.deliveries if year in other.years for hospital in other.hospitals}
    return [stay for stay in stays if stay.hospital_id not in apart]


def _files(delivery: Delivery, stays: Sequence[Stay]) -> dict[str, list[Stay]]:
    """Path -> its stays: one file, one a year, or one for each quarter of settlement."""
    files: dict[str, list[Stay]] = {}
    for stay in stays:
        day = stay.settled_on
        path = delivery.path.format(year=day.year, quarter=(day.month + 2) // 3)
        files.setdefault(path, []).append(stay)
    return files


def write_delivery(path: Path, delivery: Delivery, stays: Sequence[Stay], dirt: Dirt, random: Random) -> None:
    """One input file, with the mistakes that `dirt` names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not delivery.layout:
        _write_parquet(path, soil([stay._asdict() for stay in stays], dirt, random, _typed))
        return
    headings = _headings(delivery.layout)
    spelling = _spelled_in_chinese if delivery.layout == "two-rows" else _spelled
    records = soil([spelling(stay) for stay in stays], dirt, random, _as_text)
    cells = [[_cell(record, heading) for heading in headings] for record in records]
    heads = [[heading.header for heading in headings], [heading.second_header for heading in headings]]
    table = [*(head for head in heads if any(head)), *cells]
    if path.suffix == ".xlsx":
        _write_workbook(path, table)
    else:
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(table)
        path.write_bytes(text.getvalue().encode(delivery.encoding))


def soil(records: list[Record], dirt: Dirt, random: Random, value: Callable[[str, str], object]) -> list[Record]:
    """The records with mistakes put in: each row of `dirt` spoils records of its own, repeats follow at the end.

    `value` makes what stands in a column of the text in dirt.csv.
    """
    clean = [number for number, record in enumerate(records) if record["is_refund"] in (False, "0")]
    spoiled = random.sample(clean, sum(int(row["rows"]) for row in dirt))
    repeats: list[Record] = []
    for row in dirt:
        for _ in range(int(row["rows"])):
            number = spoiled.pop()
            if row["action"] == "repeat":
                repeats.append(records[number])
                continue
            changed = {**records[number], row["column"]: value(row["column"], row["value"])}
            if row["action"] == "repeat_with":
                repeats.append(changed)
            else:
                records[number] = changed
    return [*records, *repeats]


def _typed(column: str, text: str) -> object:
    """A value of dirt.csv for a Parquet column."""
    kinds: dict[str, Callable[[str], Any]] = {
        "DATE": date.fromisoformat,
        "INTEGER": int,
        "VARCHAR[]": lambda codes: tuple(codes.split("|")),
        "DECIMAL(18,2)": Decimal,
    }
    return kinds.get(RECORDS.column(column).type, str)(text) if text else None


def _as_text(column: str, text: str) -> object:
    return tuple(text.split("|")) if column in ("diagnoses", "procedures") else text


def _write_parquet(path: Path, records: Sequence[Record]) -> None:
    schema = pa.schema([(name, _ARROW[RECORDS.column(name).type]) for name in Stay._fields])
    columns = [pa.array([record[field.name] for record in records], field.type) for field in schema]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path, compression="zstd", compression_level=9)


def _write_workbook(path: Path, table: Sequence[Sequence[str]]) -> None:
    """One sheet of texts, as hospital systems export them."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": STAMP})
        sheet = book.add_worksheet("结算清单")
        for number, cells in enumerate(table):
            sheet.write_row(number, 0, [cell or None for cell in cells])


def _headings(layout: str) -> list[Heading]:
    found = [row for row in rows(HERE / "layouts.csv") if row["layout"] == layout]
    return [Heading(row["header"], row["second_header"], row["column"], row["place"]) for row in found]


def _spelled(stay: Stay) -> Record:
    """Every value as plain text; lists stay lists."""
    return {name: _text(value) for name, value in stay._asdict().items()}


def _spelled_in_chinese(stay: Stay) -> Record:
    """As an older hospital system spells it: 男 and 女, dates with slashes, thousands separators, - for nothing."""
    record = _spelled(stay)
    dates = {name: f"{value:%Y/%m/%d}" for name, value in stay._asdict().items() if isinstance(value, date)}
    amounts = {name: f"{getattr(stay, name):,}" for name in ("total_fee", "fund_booked", "patient_paid")}
    nothing = {"ventilator_hours": "-"} if stay.ventilator_hours is None else {}
    return {**record, **dates, **amounts, **nothing, "sex": _SEX[stay.sex or ""]}


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, tuple) else "" if value is None else str(value)


def _cell(record: Record, heading: Heading) -> str:
    """What stands in one column: a value, one code of a list, the whole list, or a part of the patient's payment."""
    value = record[heading.column]
    if isinstance(value, tuple):
        if heading.place == "all":
            return "|".join(value)
        place = int(heading.place) - 1
        return str(value[place]) if place < len(value) else ""
    if heading.place in ("self", "own"):
        return _part(Decimal(str(value)), heading.place)
    return str(value)


def _part(paid: Decimal, which: str) -> str:
    """The patient's payment in its two parts: 自付 the larger, 自费 the rest."""
    own = to_units(paid, 2) * 3 // 10
    return str(from_units(own if which == "own" else to_units(paid, 2) - own, 2))
