"""The engine on cases that never went through the editor: `checked` made by hand, codes taken as they are written."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
from plain_grouper import Answer, Case

from drgcalc.grouping.engine import Engine
from drgcalc.grouping.grouper import Grouper
from drgcalc.grouping.scheme import Scheme
from drgcalc.records.code_book import CodeBook, CodeBooks, Spelling, read_codes

HOURS = pa.decimal128(9, 2)
COLUMNS = {
    "NL": ("age_years", pa.int32()),
    "XB": ("sex", pa.string()),
    "XSRTL": ("age_days", pa.int32()),
    "XSRTZ": ("birth_weight_g", pa.int32()),
    "ZYTS": ("los_days", pa.int32()),
    "LYFS": ("discharge_mode", pa.string()),
    "KS": ("department", pa.string()),
    "HXJ": ("ventilator_hours", HOURS),
    "ZZJH": ("icu_hours", HOURS),
}
SCHEMA = pa.schema(
    [
        ("source_row", pa.int64()),
        ("diagnoses", pa.list_(pa.string())),
        ("procedures", pa.list_(pa.string())),
        *COLUMNS.values(),
        ("admission_weight_g", pa.int32()),
        ("accepted", pa.bool_()),
    ]
)
CHECKED = "CREATE OR REPLACE TABLE checked AS SELECT * FROM part"
AS_WRITTEN = Spelling(lambda text: text, lambda _: True, lambda _: "")
GROUPED = "SELECT status, mdc, adrg, group_code, complication FROM grouped ORDER BY source_row"


def run_engine(scheme: Scheme, cases: Sequence[Case], *, parts: int = 1, threads: int = 2) -> list[Answer]:
    """The engine's answer for each case, the cases handed over in that many parts of about the same size."""
    rows = grouped_rows(lambda con: Engine(con, scheme), cases, GROUPED, parts=parts, threads=threads)
    return [Answer(*row) for row in rows]


def grouped_rows(
    engine_on: Callable[[duckdb.DuckDBPyConnection], Grouper],
    cases: Sequence[Case],
    query: str,
    *,
    parts: int = 1,
    threads: int = 2,
) -> list[tuple[Any, ...]]:
    """What an engine leaves in `grouped` for each case, as `query` asks for it."""
    answers: list[tuple[Any, ...]] = []
    books = CodeBooks(CodeBook(AS_WRITTEN), CodeBook(AS_WRITTEN))
    with duckdb.connect(config={"threads": threads}) as con:
        engine = engine_on(con)
        for number in range(parts):
            part = as_table(cases[len(cases) * number // parts : len(cases) * (number + 1) // parts])
            con.register("part", part)
            con.execute(CHECKED).complete()
            lists = pl.DataFrame(part.select(["source_row", "diagnoses", "procedures"]))
            engine.group_part(read_codes(lists, books))
            answers += con.execute(query).fetchall()
    assert len(answers) == len(cases), "one row per accepted record"
    return answers


def as_table(cases: Sequence[Case]) -> pa.Table:
    """The columns of `checked` that the engine reads."""
    rows = [
        {
            "source_row": number,
            "diagnoses": list(case.diagnoses),
            "procedures": list(case.procedures),
            **{column: _cell(case.scalars.get(field), type_) for field, (column, type_) in COLUMNS.items()},
            "admission_weight_g": None,
            "accepted": True,
        }
        for number, case in enumerate(cases, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _cell(value: Decimal | None, type_: pa.DataType) -> object:
    if value is None:
        return None
    if type_ == pa.string():
        return f"{value:f}"
    return value if type_ == HOURS else int(value)
