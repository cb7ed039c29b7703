"""One good record, ways to deliver it, and what reading it gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from drgcalc.base.columns import RECORDS
from drgcalc.records import results
from drgcalc.records.intake import Intake, read_parts

GOOD: dict[str, str] = {
    "settlement_id": "S00001",
    "person_id": "4402001985",
    "hospital_id": "H001",
    "pool": "310",
    "insured_region": "440200",
    "sex": "1",
    "birth_date": "1960-03-05",
    "age_years": "64",
    "age_days": "",
    "birth_weight_g": "",
    "admission_weight_g": "",
    "admitted_on": "2024-05-01",
    "discharged_on": "2024-05-06",
    "settled_on": "2024-05-07",
    "los_days": "5",
    "discharge_mode": "1",
    "ventilator_hours": "",
    "icu_hours": "",
    "diagnoses": "K80.302|I10.x00",
    "procedures": "51.2300x004",
    "total_fee": "1000.00",
    "fund_booked": "700.00",
    "patient_paid": "300.00",
    "drug_fee": "100.00",
    "consumable_fee": "50.00",
    "treatment_fee": "20.00",
    "is_refund": "0",
}


class Answer(NamedTuple):
    """What reading gave: `rows` are the records of all parts, with all columns of records but the person's id."""

    rows: list[dict[str, Any]]
    counts: results.Counts
    findings: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    inputs: list[results.Input]

    def codes(self) -> set[str]:
        """The codes of all findings."""
        return {row["code"] for row in self.findings}


def record(**changes: str) -> dict[str, str]:
    """The good record, changed."""
    return {**GOOD, **changes}


def csv_text(rows: Sequence[dict[str, str]], delimiter: str = ",") -> str:
    """CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def table(rows: Sequence[dict[str, str]]) -> pa.Table:
    """The records as an Arrow table of texts."""
    return pa.table({name: pa.array([row[name] or None for row in rows], pa.string()) for name in rows[0]})


CHECKED = """
    SELECT checked.*, strftime(checked.decided_on, '%Y-%m') AS period, parsed.diagnoses, parsed.procedures
    FROM checked INNER JOIN parsed USING (source_row)
    ORDER BY source_row
"""
MISSING = {column.name: None for column in RECORDS.columns if column.name != "person_id"}


def answer_of(intake: Intake) -> Answer:
    """Read everything and collect what was found."""
    con = duckdb.connect()
    rows: list[dict[str, Any]] = []
    for part in read_parts(con, intake):
        con.register("checked", part.records)
        place = {"source_file": part.part.source.relative}
        rows += [{**MISSING, **row, **place} for row in con.sql(CHECKED).to_arrow_table().to_pylist()]
    found = results.findings(con).to_pylist()
    refused = results.rejected(con).to_pylist()
    return Answer(rows, results.counts(con), found, refused, results.inputs(con))
