"""Runs the point queries over a handful of cases, scores and hospitals, as `drgcalc.run` does over millions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any, NamedTuple

import duckdb

from drgcalc.base.columns import CASES, SCORES, Table
from drgcalc.base.decision_columns import SPECIAL_CASES
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.point_tables import PointTables, raise_rival_coefficients
from drgcalc.settlement.point_terms import point_parameters, segment_rows, term_tables
from drgcalc.settlement.points import (
    CASE_QUERIES,
    TERM_QUERIES,
    raise_missing_fallbacks,
    raise_missing_hospitals,
    raise_missing_scores,
)
from drgcalc.settlement.rows import Hospital

SETTLED = (
    "points_group", "base_points", "coefficient", "auxiliary_factor", "kept_share", "reference_fee", "segment",
    "case_points", "review",
)  # fmt: skip
CHECKS: dict[str, Any] = {
    "missing_scores": raise_missing_scores,
    "missing_hospitals": raise_missing_hospitals,
    "missing_fallbacks": raise_missing_fallbacks,
    "rival_coefficients": raise_rival_coefficients,
}

NO_TABLES = PointTables()


class Case(NamedTuple):
    fee: str | Decimal
    group: str | None = "G1"
    status: str = "grouped"
    hospital: str = "H1"
    level: str | None = "2"
    day: date = date(2024, 5, 6)
    refund: bool = False
    person: str = "P1"
    pool: str = "resident"
    id: str | None = None
    discharged: date = date(2024, 5, 6)
    admitted: date = date(2024, 5, 1)
    days: int = 5
    layer: str | None = None
    grassroots: bool | None = None
    tcm: bool | None = None
    treatment: str | Decimal | None = None
    care: str | None = None
    severity: str | None = None
    age: str | None = None


class Score(NamedTuple):
    score: str | Decimal
    mean: str | Decimal
    group: str = "G1"
    level: str | None = None
    first: date = date(2024, 1, 1)
    last: date | None = None


class Place(NamedTuple):
    coefficient: str | Decimal = "1"
    hospital: str = "H1"
    first: date = date(2024, 1, 1)
    last: date | None = None


def query(name: str) -> str:
    return files("drgcalc.settlement").joinpath("sql", f"{name}.sql").read_text("utf-8")


def settled(
    rules: PointRules,
    cases: Sequence[Case],
    scores: Sequence[Score],
    hospitals: Sequence[Place],
    tables: PointTables = NO_TABLES,
    special: Sequence[tuple[object, ...]] = (),
) -> duckdb.DuckDBPyConnection:
    """A connection in which the table `settled` holds the cases with their points. Raises what the checks raise."""
    con = duckdb.connect()
    create(con, CASES, "cases", without=SETTLED)
    create(con, SCORES, "scores")
    create(con, SPECIAL_CASES, "special_cases")
    for number, case in enumerate(cases, 1):
        row = _case_row(number, case)
        marks = ", ".join(f"${name}" for name in row)
        con.execute(f"INSERT INTO cases ({', '.join(row)}) VALUES ({marks})", row).fetchall()
    insert(con, "scores", [(s.group, s.level, s.score, s.mean, s.first, s.last, "x") for s in scores])
    insert(con, "special_cases", special)
    known = [Hospital(h.hospital, "", "2", Decimal(h.coefficient), h.first, h.last, "x") for h in hospitals]
    for name, table, rows in term_tables(rules, known, tables):
        create(con, table, name)
        insert(con, name, rows)
    parameters = point_parameters(rules, tables)
    for name in (*CASE_QUERIES, *TERM_QUERIES):
        if name == "insert_segment":
            for row_ in segment_rows(rules):
                con.execute(query(name), row_._asdict()).fetchall()
            continue
        found = con.execute(query(name), parameters.get(name, {})).fetchall()
        if name in CHECKS:
            CHECKS[name](found)
    con.sql(query("case_points")).create("points")
    con.execute("CREATE VIEW settled AS SELECT * FROM cases JOIN points USING (source_file, source_row)").fetchall()
    return con


def rows_of(con: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {columns} FROM settled ORDER BY source_row").fetchall()


def create(con: duckdb.DuckDBPyConnection, table: Table, name: str, without: Sequence[str] = ()) -> None:
    columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns if column.name not in without)
    con.execute(f"CREATE TABLE {name} ({columns})").fetchall()


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    for row in rows:
        con.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row).fetchall()


def _case_row(number: int, case: Case) -> dict[str, object]:
    """A case by column; columns that the points do not depend on stay empty."""
    return {
        "settlement_id": case.id or f"S{number}",
        "person_key": case.person,
        "hospital_id": case.hospital,
        "hospital_level": case.level,
        "pool": case.pool,
        "period": f"{case.day:%Y-%m}",
        "decided_on": case.day,
        "admitted_on": case.admitted,
        "discharged_on": case.discharged,
        "sex": "1",
        "age_years": 40,
        "los_days": case.days,
        "status": case.status,
        "mdc": "MDCA",
        "adrg": "AA1",
        "group_code": case.group,
        "layer": case.layer,
        "grassroots": case.grassroots,
        "tcm": case.tcm,
        "aux_severity": case.severity,
        "aux_age": case.age,
        "inpatient_type": case.care,
        "total_fee": Decimal(case.fee),
        "fund_booked": Decimal(case.fee) / 2,
        "patient_paid": Decimal(0),
        "treatment_fee": None if case.treatment is None else Decimal(case.treatment),
        "is_refund": case.refund,
        "source_file": "a.csv",
        "source_row": number,
    }
