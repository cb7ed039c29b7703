"""From a region to what `drgcalc.records` needs, and from what it found to what is published and shown."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import duckdb

from drgcalc.base.errors import Finding, InputError
from drgcalc.records import results
from drgcalc.records.code_reader import CodeReaders
from drgcalc.records.intake import CheckedPart, HospitalSpan, Intake, read_parts
from drgcalc.records.salt import create_salt, default_salt_path, load_salt
from drgcalc.records.sources import Source, expand
from drgcalc.report.model import FindingCount
from drgcalc.run.period import Period
from drgcalc.run.publish import output_errors
from drgcalc.run.region import Region

EXAMPLES = 3
BATCH = 10_000

Progress: TypeAlias = Callable[[str, int, int], None]

_SEVERITIES = ("error", "warning", "info")


def silent(_step: str, _done: int, _whole: int) -> None:
    """Progress that nobody watches."""


class Inputs(NamedTuple):
    """A region's record files, what was passed over while looking for them, and their SHA-256 where it is known."""

    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    digests: Mapping[str, str] = MappingProxyType({})


def find_inputs(region: Region) -> Inputs:
    """The record files that region.toml names. Raises InputError when a pattern finds none."""
    return Inputs(*expand(region.folder, region.inputs))


def today(inputs: Inputs) -> date:
    """The day of this machine's clock. Raises InputError when record files are younger by more than a day.

    With a clock that is slow, records would be rejected because they lie in the future.
    """
    now = date.today()
    for source in inputs.sources:
        written = date.fromtimestamp(source.path.stat().st_mtime)
        if written > now + timedelta(days=1):
            raise InputError(
                f"this machine's clock says {now}, but {source.relative} was written on {written}",
                hint="set the clock; if it is right, copy the file anew",
            )
    return now


def make_intake(
    region: Region,
    period: Period,
    inputs: Inputs,
    salt: bytes,
    work: Path,
    readers: Callable[[], CodeReaders],
    *,
    repair: bool,
) -> Intake:
    """The request to read a period's records; `work` takes staged files, `readers` gives how codes are read."""
    return Intake(
        sources=inputs.sources,
        digests=inputs.digests,
        work=work,
        salt=salt,
        hospitals=tuple(
            HospitalSpan(row.hospital_id, row.effective_from, row.effective_to, row.level) for row in region.hospitals
        ),
        pools=region.pool_of_code(),
        first=period.first,
        last=period.last,
        date_basis=region.date_basis,
        today=today(inputs),
        aliases=region.aliases,
        values=region.values,
        admin_code=region.admin_code,
        unknown_hospitals=region.accept_unknown_hospitals,
        readers=readers,
        repair=repair,
    )


def region_salt(region: Region) -> bytes:
    """The salt that person ids are hashed with: region.toml's, else this user's own, made at the first use.

    Raises InputError when the file that region.toml names does not exist.
    """
    if region.salt_file is not None:
        return load_salt(region.salt_file)
    path = default_salt_path(region.id)
    if path.exists():
        return load_salt(path)
    if any(region.out.glob("cases/*/v*/manifest.json")):
        raise InputError(
            f"the salt {path} is missing, but {region.out} holds results that were made with one",
            hint="run as the account that settled before, or copy its salt: a new one gives every person a new key",
        )
    with output_errors(path.parent):
        return create_salt(path)


def salt_mark(salt: bytes) -> str:
    """What tells one salt from another and gives neither away."""
    return hashlib.sha256(b"drgcalc salt" + salt).hexdigest()[:16]


def watched_parts(
    connection: duckdb.DuckDBPyConnection, intake: Intake, step: str, progress: Progress
) -> Iterator[CheckedPart]:
    """Each part of an intake; after each the rows that are done, and all there are, go to `progress`."""
    done = 0
    for checked in read_parts(connection, intake):
        yield checked
        done += checked.part.rows
        progress(step, done, sum(file.rows for file in results.inputs(connection)))


def record_findings(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """What the editor found, in its order; the parts of an intake have all been read in this connection."""
    found = results.findings(connection).select(Finding._fields)
    for batch in found.to_batches(max_chunksize=BATCH):
        yield from map(Finding._make, zip(*(column.to_pylist() for column in batch.columns), strict=True))


class FindingTally:
    """Exact counts of findings, and the first three of every code."""

    def __init__(self) -> None:
        self._times: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], list[Finding]] = {}

    def watch(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The same findings, counted on the way."""
        for finding in findings:
            key = (finding.severity, finding.code)
            self._times[key] += 1
            if self._times[key] <= EXAMPLES:
                self._examples.setdefault(key, []).append(finding)
            yield finding

    def counts(self) -> tuple[FindingCount, ...]:
        """What was counted, errors first."""
        ordered = sorted(self._times, key=lambda key: (_SEVERITIES.index(key[0]), key[1]))
        return tuple(FindingCount(key[1], key[0], self._times[key], tuple(self._examples[key])) for key in ordered)


def count_findings(findings: Iterable[Finding]) -> tuple[FindingCount, ...]:
    """Exact counts and the first three of every code, errors first."""
    tally = FindingTally()
    deque(tally.watch(findings), maxlen=0)
    return tally.counts()
