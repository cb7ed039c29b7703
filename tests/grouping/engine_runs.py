"""The engine on cases that never went through the editor: records made by hand, codes taken as they are written."""

from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from typing import Any

import pyarrow as pa
import pytest
from plain_grouper import Answer, Case

from drgcalc.grouping.engine import Engine
from drgcalc.grouping.grouper import Grouper
from drgcalc.grouping.scheme import Scheme
from drgcalc.records.code_book import CodeBook, CodeBooks, read_codes
from drgcalc.records.code_reader import Reading
from drgcalc.records.code_tables import GreyRow

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


def run_engine(scheme: Scheme, cases: Sequence[Case], *, parts: int = 1, grey: Collection[str] = ()) -> list[Answer]:
    """The engine's answer for each case, the cases handed over in that many parts of about the same size."""
    rows = grouped_rows(Engine(scheme), cases, parts=parts, grey=grey)
    return [Answer(drg=row.pop("group_code"), **row) for row in rows]


def grouped_rows(
    engine: Grouper, cases: Sequence[Case], *, parts: int = 1, grey: Collection[str] = ()
) -> list[dict[str, Any]]:
    """What an engine says of each case; `grey` diagnoses are marked so."""
    answers: list[dict[str, Any]] = []
    books = CodeBooks(CodeBook(partial(as_written, grey)), CodeBook(partial(as_written, ())))
    for number in range(parts):
        part = as_table(cases[len(cases) * number // parts : len(cases) * (number + 1) // parts])
        lists = part.select(["source_row", "diagnoses", "procedures"])
        answers += engine.group(part, read_codes(lists, books)).to_dicts()
    assert len(answers) == len(cases), "one row per accepted record"
    return answers


def run_engine_on_one_thread(scheme: Scheme, cases: Sequence[Case], *, parts: int = 1) -> list[Answer]:
    """The same in a process of its own, whose Polars works on one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARS_MAX_THREADS", "1")
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            return pool.submit(run_engine, scheme, cases, parts=parts).result()


def as_written(grey: Collection[str], text: str) -> Reading:
    return Reading(text, text, text, grey=GreyRow(text, "list", "row 1") if text in grey else None)


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
