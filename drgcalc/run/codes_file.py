"""codes.csv: every text of a code in the accepted records of a period, and what it was read as."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from drgcalc.base.code_columns import CODES
from drgcalc.base.errors import Finding
from drgcalc.records.checks import file_finding
from drgcalc.records.code_tally import CodeCount
from drgcalc.run.publish import output_errors
from drgcalc.run.published_csv import read_csv
from drgcalc.run.region_codes import file_of
from drgcalc.run.writing import write_csv

CODES_FILE = "codes.csv"
REPAIRED_CODES = "repaired_codes"
"""Count of the manifest: texts of codes that were repaired."""


def write_codes(path: Path, counts: Iterable[CodeCount], headers: str) -> None:
    """Write the file, in the order of the counts."""
    write_csv(path, CODES, map(_row, counts), headers)


def copy_codes(source: Path, folder: Path) -> None:
    """Copy the file of a version into another folder."""
    with output_errors(folder):
        shutil.copyfile(source / CODES_FILE, folder / CODES_FILE)


def mapping_findings(counts: Iterable[CodeCount]) -> Iterator[Finding]:
    """One finding a crosswalk file that was applied: how many codes it mapped, and how often they stand in records."""
    texts: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for count in counts:
        row = count.reading.mapped
        if row is not None and row.mapped != row.original:
            texts[file_of(row.where)] += 1
            times[file_of(row.where)] += count.times
    for file in sorted(texts):
        yield file_finding("F109", file, f"distinct codes: {texts[file]:,}; places in records: {times[file]:,}")


def repaired(counts: Iterable[CodeCount]) -> int:
    """How many texts were repaired."""
    return sum(count.reading.repaired for count in counts)


def repaired_in(folder: Path) -> int:
    """How many texts a published codes.csv says were repaired."""
    place = CODES.names().index("repaired")
    return sum(bool(row[place]) for row in read_csv(folder / CODES_FILE))


def _row(count: CodeCount) -> tuple[object, ...]:
    reading = count.reading
    return (
        count.kind,
        reading.text,
        reading.written,
        reading.proposals[0] if reading.repaired else None,
        reading.mapped.mapped if reading.mapped else None,
        reading.mapped.where if reading.mapped else None,
        reading.code,
        " | ".join(reading.proposals) or None,
        reading.grey is not None,
        reading.known,
        count.times,
    )
