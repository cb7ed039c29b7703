"""What the bench compares drgcalc with, each a program of its own so that its time and memory are its own."""

from __future__ import annotations

import argparse
import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1] / "grouping"))

from plain_grouper import Case, PlainGrouper

SAMPLE = 5_000
SCALARS = {
    "NL": "age_years",
    "XB": "sex",
    "XSRTL": "age_days",
    "XSRTZ": "birth_weight_g",
    "ZYTS": "los_days",
    "LYFS": "discharge_mode",
}


def scan_and_write(records: Path, copy: Path) -> None:
    """Read a Parquet file and write all of it again, which is the least that any program does."""
    with duckdb.connect() as con:
        con.read_parquet(str(records)).write_parquet(str(copy), compression="zstd")


def plain_python(records: Path, scheme: Path, cases: Path) -> dict[str, float]:
    """The same rules on the first records, one record at a time; how many agree with the published cases."""
    rows = next(pq.ParquetFile(records).iter_batches(SAMPLE)).to_pylist()
    asked = [
        Case(
            tuple(row["diagnoses"]),
            tuple(row["procedures"]),
            {field: Decimal(str(row[name])) for field, name in SCALARS.items() if row[name] is not None},
        )
        for row in rows
    ]
    grouper = PlainGrouper(scheme)
    start = time.perf_counter()
    answers = [grouper.group(case) for case in asked]
    seconds = time.perf_counter() - start
    columns = ["settlement_id", "status", "group_code"]
    published = pq.read_table(cases, columns=columns).slice(0, 4 * SAMPLE).to_pylist()
    told = {row["settlement_id"]: (row["status"], row["group_code"]) for row in published}
    agreeing = sum(told.get(row["settlement_id"]) == (a.status, a.drg) for row, a in zip(rows, answers, strict=True))
    return {"seconds": seconds, "records": len(rows), "agreeing": agreeing}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="one measured step of the bench")
    parser.add_argument("step", choices=["scan", "plain"])
    parser.add_argument("paths", type=Path, nargs="+")
    given = parser.parse_args()
    if given.step == "scan":
        scan_and_write(*given.paths)
    else:
        sys.stdout.write(json.dumps(plain_python(*given.paths)))
