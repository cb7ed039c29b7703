"""`drgcalc statements`: for every hospital a folder with its own rows of a settlement, and nothing about any other one.

What compares a hospital with the rest shows the rest only in cells that are large enough: region.toml says how large.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl

from drgcalc.base.columns import FINDINGS, Table
from drgcalc.base.errors import Finding, OutputError, RulesError
from drgcalc.base.money import MONEY_PLACES, divide
from drgcalc.base.payment_columns import CLEARING, PAYMENTS
from drgcalc.base.pricing_columns import FINDINGS_PRICED
from drgcalc.base.proof_columns import OWN_CASES, PEER_GROUPS, REJECTED
from drgcalc.base.settlement_columns import ALLOCATIONS, LEDGER
from drgcalc.report.proof_model import Handed
from drgcalc.run.group import CASES_FILE, FINDINGS_FILE
from drgcalc.run.pricing import PRICED_FILE
from drgcalc.run.publish import output_errors
from drgcalc.run.published import LEDGER_FILE, find_version, read_allocations, read_book
from drgcalc.run.published_csv import read_findings, read_rows
from drgcalc.run.region import load_region
from drgcalc.run.rejected import HEADERS, MENDING_FILE, REJECTED_FILE
from drgcalc.run.settle import ALLOCATIONS_FILE
from drgcalc.run.writing import write_csv
from drgcalc.run.year import CLEARING_FILE, PAYMENTS_FILE
from drgcalc.settlement.mending import PricedFinding

GROUPS_FILE = "groups.csv"
OWN_CASES_FILE = "cases.csv"

_NAME_OF_FOLDER = re.compile(r"\w[\w-]*")


class _Group(NamedTuple):
    """Cases of one group in one hospital."""

    hospital_id: str
    group_code: str
    cases: int
    total_fee: Decimal


def hand_out(folder: Path, period: str | None, target: Path, *, dry_run: bool = False) -> Handed:
    """Write the newest version of a settled period to `target`, a new or empty folder, one folder a hospital.

    Raises OutputError when `target` holds something, RulesError for a hospital id that cannot name a folder.
    """
    region = load_region(folder)
    version = find_version(region.out, period)
    hospitals = sorted({row.hospital_id for row in read_allocations(version)})
    for hospital in hospitals:
        if not _NAME_OF_FOLDER.fullmatch(hospital):
            raise RulesError(f"hospital {hospital!r} cannot name a folder", hint="use letters, digits, - and _ in ids")
    with output_errors(target):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OutputError(f"{target} is not an empty folder", hint="name a new one: nothing is ever overwritten")
    if not dry_run:
        with output_errors(target):
            _write_whole(target, version, hospitals, region.small_cells)
    return Handed(version.parent.name, version.relative_to(region.folder).as_posix(), str(target), len(hospitals))


def _write_whole(target: Path, version: Path, hospitals: Iterable[str], small_cells: int | None) -> None:
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.partial-", dir=target.absolute().parent) as name:
        fresh = Path(name)
        for hospital in hospitals:
            (fresh / hospital).mkdir()
        _write_hospitals(fresh, version, tuple(hospitals))
        if small_cells is not None:
            _write_groups(fresh, version, tuple(hospitals), small_cells)
        target.mkdir(exist_ok=True)
        for entry in sorted(fresh.iterdir()):
            shutil.move(entry, target / entry.name)


def _write_hospitals(folder: Path, version: Path, hospitals: tuple[str, ...]) -> None:
    """The files of each hospital that hold rows of its own only."""
    allocations, book = read_allocations(version), read_book(version)
    period = allocations[0].period if allocations else ""
    numbered = book.rows(period)
    cases, rejected = pl.scan_parquet(version / CASES_FILE), pl.scan_parquet(version / REJECTED_FILE)
    findings, priced, paid = _findings_of(version, cases, rejected), _priced_of(version), _paid_of(version)
    for hospital in hospitals:
        own, is_own = folder / hospital, pl.col("hospital_id") == hospital
        write_csv(
            own / ALLOCATIONS_FILE, ALLOCATIONS, [row for row in allocations if row.hospital_id == hospital], HEADERS
        )
        write_csv(own / LEDGER_FILE, LEDGER, [row for row in numbered if row.hospital_id == hospital], HEADERS)
        for name, table, rows in paid:
            place = table.names().index("hospital_id")
            write_csv(own / name, table, [row for row in rows if row[place] == hospital], HEADERS)
        write_csv(own / FINDINGS_FILE, FINDINGS, findings.get(hospital, ()), HEADERS)
        write_csv(own / PRICED_FILE, FINDINGS_PRICED, priced.get(hospital, ()), HEADERS)
        write_csv(own / OWN_CASES_FILE, OWN_CASES, _rows(cases.filter(is_own), OWN_CASES.names()), HEADERS)
        write_csv(own / MENDING_FILE, REJECTED, _rows(rejected.filter(is_own), REJECTED.names()), HEADERS)


def _paid_of(version: Path) -> list[tuple[str, Table, list[tuple[object, ...]]]]:
    """The payments of a month, or the clearing of a year, of all hospitals."""
    files = ((PAYMENTS_FILE, PAYMENTS), (CLEARING_FILE, CLEARING))
    return [
        (name, table, list(read_rows(version / name, table))) for name, table in files if (version / name).is_file()
    ]


def _priced_of(version: Path) -> dict[str, list[PricedFinding]]:
    """What mending records would be worth, by the hospital of the record; an older version does not say it."""
    by_hospital: dict[str, list[PricedFinding]] = {}
    if (version / PRICED_FILE).is_file():
        for row in (PricedFinding(*cells) for cells in read_rows(version / PRICED_FILE, FINDINGS_PRICED)):
            by_hospital.setdefault(row.hospital_id or "", []).append(row)
    return by_hospital


def _rows(frame: pl.LazyFrame, names: Iterable[str]) -> Iterator[tuple[object, ...]]:
    return frame.select(*names).collect().iter_rows()


def _findings_of(version: Path, cases: pl.LazyFrame, rejected: pl.LazyFrame) -> dict[str, list[Finding]]:
    """The findings on single records by the hospital of the record; what is about a whole file belongs to nobody."""
    found = [row for row in read_findings(version / FINDINGS_FILE) if row.row]
    places = pl.DataFrame(
        {"source_file": [row.file for row in found], "source_row": [row.row for row in found]},
        schema={"source_file": pl.String, "source_row": pl.Int64},
    ).unique()
    columns = (pl.col("source_file").cast(pl.String), pl.col("source_row").cast(pl.Int64), pl.col("hospital_id"))
    known = pl.concat([frame.select(*columns).cast({"hospital_id": pl.String}) for frame in (cases, rejected)])
    owners = known.join(places.lazy(), on=["source_file", "source_row"], how="semi").collect()
    owner_of = {(file, row): hospital for file, row, hospital in owners.iter_rows()}
    by_hospital: dict[str, list[Finding]] = {}
    for row in found:
        if (hospital := owner_of.get((row.file, row.row))) is not None:
            by_hospital.setdefault(hospital, []).append(row)
    return by_hospital


def _write_groups(folder: Path, version: Path, hospitals: tuple[str, ...], small_cells: int) -> None:
    """Each hospital's groups beside the same groups of all others, where enough of those cases and hospitals are."""
    groups = _groups(version)
    by_group: dict[str, list[_Group]] = {}
    for row in groups:
        by_group.setdefault(row.group_code, []).append(row)
    for hospital in hospitals:
        own = [row for row in groups if row.hospital_id == hospital]
        rows = (_beside_others(row, by_group, small_cells) for row in own)
        write_csv(folder / hospital / GROUPS_FILE, PEER_GROUPS, rows, HEADERS)


def _beside_others(row: _Group, by_group: Mapping[str, list[_Group]], small_cells: int) -> tuple[object, ...]:
    others = [one for one in by_group[row.group_code] if one.hospital_id != row.hospital_id]
    cases = sum(one.cases for one in others)
    own = (row.group_code, row.cases, divide(row.total_fee, Decimal(row.cases), MONEY_PLACES))
    if cases < small_cells or len(others) < 2:  # one other hospital would see its own mean in ours
        return (*own, None, None)
    fees = sum((one.total_fee for one in others), Decimal(0))
    return (*own, cases, divide(fees, Decimal(cases), MONEY_PLACES))


def _groups(version: Path) -> list[_Group]:
    """Stays by hospital and group; reversals are left out."""
    grouped = (
        pl.scan_parquet(version / CASES_FILE)
        .filter((pl.col("status") == "grouped") & ~pl.col("is_refund"))
        .group_by(pl.col("hospital_id").cast(pl.String), pl.col("group_code").cast(pl.String))
        .agg(cases=pl.len(), total_fee=pl.col("total_fee").sum())
        .sort("hospital_id", "group_code")
        .collect()
    )
    return [_Group(*row) for row in grouped.iter_rows()]
