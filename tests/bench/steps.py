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
sys.path.insert(0, str(Path(__file__).parents[1] / "grouping" / "dip"))

from plain_dip import PlainDip
from plain_grouper import Case, PlainGrouper

from drgcalc.grouping.grouper import grouper_of
from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records.code_reader import code_readers
from drgcalc.records.intake import read_parts
from drgcalc.run.database import connect
from drgcalc.run.group import whole_span
from drgcalc.run.intake import find_inputs, make_intake, region_salt
from drgcalc.run.region import load_region
from drgcalc.run.workspace import workspace

SAMPLE = 5_000
DIP_SAMPLE = 200
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


def match_alone(folder: Path) -> dict[str, float]:
    """What the engine alone takes for the records of a region, part by part as `drgcalc group` has them."""
    region = load_region(folder)
    scheme = load_scheme(region.scheme_folder)
    engine, readers = grouper_of(scheme), code_readers(known=known_codes(scheme))
    records, seconds, cpu_seconds = 0, [], []
    with workspace() as work, connect(work) as con:
        asked, inputs, salt = whole_span(region), find_inputs(region), region_salt(region)
        intake = make_intake(region, asked, inputs, salt, work, lambda: readers, repair=False)
        for part in read_parts(con, intake):
            _, accepted, codes = part.accepted()
            start, cpu_start = time.perf_counter(), time.process_time()
            engine.group(accepted, codes)
            seconds.append(time.perf_counter() - start)
            cpu_seconds.append(time.process_time() - cpu_start)
            records += len(accepted)
    return {
        "records": records,
        "seconds": sum(seconds),
        "cpu_seconds": sum(cpu_seconds),
        "first_seconds": seconds[0],
    }


def plain_drg(asked: list[Case], scheme: Path) -> list[tuple[str, str | None]]:
    """Status and group of each case by a DRG scheme."""
    grouper = PlainGrouper(scheme)
    return [(answer.status, answer.drg) for answer in map(grouper.group, asked)]


def plain_dip(asked: list[Case], scheme: Path) -> list[tuple[str, str | None]]:
    """Status and group of each case by a DIP directory."""
    matcher = PlainDip(scheme)
    return [(found.status, found.group) for found in map(matcher.find, asked)]


def plain_python(records: Path, scheme: Path, cases: Path, *, dip: bool) -> dict[str, float]:
    """The same rules on the first records, one record at a time; how many agree with the published cases."""
    rows = next(pq.ParquetFile(records).iter_batches(DIP_SAMPLE if dip else SAMPLE)).to_pylist()
    asked = [
        Case(
            tuple(row["diagnoses"]),
            tuple(row["procedures"]),
            {field: Decimal(str(row[name])) for field, name in SCALARS.items() if row[name] is not None},
        )
        for row in rows
    ]
    start = time.perf_counter()
    answers = (plain_dip if dip else plain_drg)(asked, scheme)
    seconds = time.perf_counter() - start
    columns = ["settlement_id", "status", "group_code"]
    published = pq.read_table(cases, columns=columns).slice(0, 4 * SAMPLE).to_pylist()
    told = {row["settlement_id"]: (row["status"], row["group_code"]) for row in published}
    agreeing = sum(told.get(row["settlement_id"]) == answer for row, answer in zip(rows, answers, strict=True))
    return {"seconds": seconds, "records": len(rows), "agreeing": agreeing}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="one measured step of the bench")
    parser.add_argument("step", choices=["scan", "match", "plain-drg", "plain-dip"])
    parser.add_argument("paths", type=Path, nargs="+")
    given = parser.parse_args()
    match given.step:
        case "scan":
            scan_and_write(*given.paths)
        case "match":
            sys.stdout.write(json.dumps(match_alone(*given.paths)))
        case step:
            sys.stdout.write(json.dumps(plain_python(*given.paths, dip=step == "plain-dip")))
