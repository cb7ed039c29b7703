"""Rejected records on disk: rejected.parquet keeps all that was refused or dropped, rejected.csv is for mending.

rejected.csv holds the rejected records alone, with the columns of base.columns.REJECTED: rows that are mended in it and
put into the region's discharges/ replace the rows that they name (records/corrections.py), and nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.base.proof_columns import REJECTED
from drgcalc.records.checks import CHECKS
from drgcalc.run.publish import output_errors
from drgcalc.run.writing import write_csv, write_parquet

REJECTED_FILE = "rejected.parquet"
MENDING_FILE = "rejected.csv"
HEADERS = "both"

_ERRORS = frozenset(check.code for check in CHECKS if check.severity == "error")
_BATCH = 10_000


def write_rejected(folder: Path, rejected: pa.Table) -> None:
    """Write both files into `folder`. `rejected` is what `records.results.rejected` gives."""
    write_parquet(folder / REJECTED_FILE, rejected)
    write_mending(folder / REJECTED_FILE, folder / MENDING_FILE)


def write_mending(rejected: Path, target: Path) -> None:
    """Write the records to mend of a rejected.parquet as CSV; copies and replaced records are left out."""
    write_csv(target, REJECTED, _to_mend(rejected), HEADERS)


def copy_rejected(source: Path, folder: Path) -> None:
    """Copy both files of a version into another folder."""
    with output_errors(folder):
        for name in (REJECTED_FILE, MENDING_FILE):
            shutil.copyfile(source / name, folder / name)


def _to_mend(rejected: Path) -> Iterator[tuple[object, ...]]:
    with pq.ParquetFile(rejected) as file:
        for batch in file.iter_batches(_BATCH, columns=list(REJECTED.names())):
            for row in batch.to_pylist():
                if not _ERRORS.isdisjoint(row["reasons"].split("|")):
                    yield tuple(row[name] for name in REJECTED.names())
