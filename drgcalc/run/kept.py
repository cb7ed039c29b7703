"""Finished parts of a run that was interrupted, kept for the next one: out/cases/<period>/.kept-<key>/.

The folder holds the unfinished cases.parquet, and a file a part that says where the part ends in it and what else it
yielded: counts, findings, rejected records, codes. The key stands for all that cases depend on, so other records, rules
or settings find nothing to take. Nothing is synced or renamed on the way: each file begins with the SHA-256 of what
follows, and knows that of the cases up to its part; whatever does not agree is grouped again.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from itertools import chain, starmap
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from drgcalc.base.errors import InputError, OutputError, RulesError
from drgcalc.records.checks import bit
from drgcalc.records.reading import Part
from drgcalc.records.results import PartResults
from drgcalc.run.case_file import CaseFile, Mark
from drgcalc.run.if_mended import SetAside
from drgcalc.run.intake import Progress
from drgcalc.run.manifest import Manifest
from drgcalc.run.publish import output_errors

FUTURE_DATE = "R208"
"""The one check that looks at the calendar."""

_FOLDER = ".kept-"
_OURS = re.compile(r"\.kept-[0-9a-f]{16}")
_KEY_DIGITS = 16
_CASES = "cases.parquet"
_SEAL = 64
_LIBRARIES = (pa.__version__, pl.__version__, duckdb.__version__)
"""Another edition of these may encode the same cases in other octets."""


class Finished(NamedTuple):
    """What a finished part yielded beside its file of cases. codes, cases: tables of its PartCounts and PartCases."""

    results: PartResults
    codes: pa.Table
    cases: pa.Table
    aside: Sequence[SetAside]


class _Place(NamedTuple):
    """Which part it was, on which day it was read, and where its cases end."""

    number: int
    file: str
    first_row: int
    rows: int
    day: date
    size: int
    sha256: str
    footer: bytes


class Kept:
    """The parts of a run: those that are taken over from an earlier one, and behind them those that it adds."""

    def __init__(self, folder: Path, cases: CaseFile) -> None:
        self.cases = folder / _CASES
        self.records = 0
        """Records that were taken over."""
        self.finished = 0
        """Records of all finished parts."""
        self._folder, self._file = folder, cases
        self._whole = self._rows = 0
        self._takes = True

    def take(self, part: Part, today: date) -> Finished | None:
        """What a part yielded in an earlier run; None, for it and all behind it, if that cannot be relied on."""
        found = self._found(part, today) if self._takes else None
        if found is None:
            self._takes = False
            return None
        self.records += found.results.records
        self.finished = self.records
        self._rows += part.rows
        return found

    def add(self, part: Part, today: date, cases: pa.Table, found: Finished) -> None:
        """Write the cases of a part, and keep what else it yielded. Raises OutputError."""
        with output_errors(self._folder):
            mark = self._file.write(cases)
            place = _Place(part.number, part.source.relative, part.first_row, part.rows, today, *mark)
            where = pa.Table.from_pylist([place._asdict()])
            content = _packed([where, *found.results, found.codes, found.cases, *chain(*found.aside)])
            self._path(part.number).write_bytes(_seal(content) + content)
        self.finished += found.results.records

    def finish(self) -> str:
        """Complete the file of cases. Its SHA-256 in hex."""
        with output_errors(self._folder):
            return self._file.finish()

    def watched(self, progress: Progress) -> Progress:
        """Progress that counts what was taken over."""

        def show(step: str, done: int, whole: int) -> None:
            self._whole = whole
            progress(step, self._rows + done, whole)

        return show

    def told(self) -> str:
        """What a run that is interrupted says of them."""
        return (
            f"{self.finished:,} of {max(self._whole, self.finished):,} records are grouped and kept: "
            "the same command goes on behind them"
        )

    def forget(self) -> None:
        """Remove the folder: its cases are published, or nobody will want them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _found(self, part: Part, today: date) -> Finished | None:
        try:
            content = self._path(part.number).read_bytes()
            if content[:_SEAL] != _seal(content[_SEAL:]):
                return None
            first, masks, findings, rejected, codes, counts, *aside = _unpacked(content[_SEAL:])
            place, results = _Place(**first.to_pylist()[0]), PartResults(masks, findings, rejected)
            if place[:4] != (part.number, part.source.relative, part.first_row, part.rows):
                return None
            if not _holds_on(today, place.day, results) or not self._file.take(Mark(*place[5:])):
                return None
        except OSError:  # what is not there or cannot be read is made again
            return None
        return Finished(results, codes, counts, list(starmap(SetAside, zip(aside[::2], aside[1::2], strict=True))))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05}.part"


@contextmanager
def kept_parts(period: Path, basis: Manifest) -> Iterator[Kept]:
    """The kept parts of a period's folder that come from the same basis, while the block runs; the lock is held.

    They stay when the block is interrupted or the disk refuses; whoever waits for the error is told how much there is.
    They go when records or rules are refused. Raises OutputError when the folder cannot be written.
    """
    folder = period / (_FOLDER + _key(basis))
    with output_errors(period):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _CASES).touch()
        file = (folder / _CASES).open("r+b")
    with file:
        kept = Kept(folder, CaseFile(file))
        try:
            yield kept
        except (InputError, RulesError):
            kept.forget()
            raise
        except (KeyboardInterrupt, OutputError) as stop:
            if kept.finished:
                stop.add_note(kept.told())
            raise
        finally:
            if not kept.finished:
                kept.forget()


def forget_parts(period: Path, wanted: Manifest | None) -> None:
    """Remove the kept parts of a period's folder, but those that come from the basis that is still wanted."""
    spared = wanted and _FOLDER + _key(wanted)
    for folder in period.glob(f"{_FOLDER}*"):
        if _OURS.fullmatch(folder.name) and folder.name != spared:
            shutil.rmtree(folder, ignore_errors=True)


def _key(basis: Manifest) -> str:
    known: Any = [asdict(basis), *_LIBRARIES]
    text = json.dumps(known, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]


def _holds_on(today: date, day: date, results: PartResults) -> bool:
    """Whether a part that was read on that day is found the same today: a date in the future may not be any more."""
    return day == today or (day < today and not results.problems & bit(FUTURE_DATE))


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _packed(tables: Iterable[pa.Table]) -> bytes:
    target = pa.BufferOutputStream()
    for table in tables:
        with pa.ipc.new_stream(target, table.schema) as stream:
            stream.write_table(table)
    return bytes(target.getvalue().to_pybytes())


def _unpacked(content: bytes) -> list[pa.Table]:
    source = pa.BufferReader(content)
    tables = []
    while source.tell() < len(content):
        with pa.ipc.open_stream(source) as stream:
            tables.append(stream.read_all())
    return tables
