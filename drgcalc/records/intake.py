"""The way of records from files to the engine: two passes over parts, counts that always add up, nothing lost.

Every record is exactly one of: accepted, rejected (at least one error), duplicate (an identical copy, dropped), outside
(the asked period, set aside). read = accepted + rejected + duplicates + outside, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import duckdb
import polars as pl
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression

from drgcalc.base.columns import RECORDS
from drgcalc.base.errors import RulesError
from drgcalc.records.checks import CHECKS, DUPLICATE, ERRORS, bit
from drgcalc.records.code_book import CodeBooks, PartCodes, new_books, problems_of, read_codes
from drgcalc.records.code_lists import ListReader, has_plain_lists
from drgcalc.records.code_reader import CodeReaders, code_readers
from drgcalc.records.duplicates import find_duplicates
from drgcalc.records.editor import judging
from drgcalc.records.headers import LISTS, region_aliases
from drgcalc.records.hospital_codes import without_zeros
from drgcalc.records.marks import duplicates_of, marked, restored_of, strays_of, with_source_rows
from drgcalc.records.reading import Part, Staged, input_errors, open_part, parts, scan_of, stage, staging_place, turn_to
from drgcalc.records.results import PartResults, keep_results, note_sources, put_back, summarise_files
from drgcalc.records.sources import Source, refuse_changed
from drgcalc.records.statements import define_macros, insert, run
from drgcalc.records.views import Views

__all__ = ["CheckedPart", "HospitalSpan", "Intake", "Part", "read_parts"]

BASES = {"settlement": "settled_on", "discharge": "discharged_on"}
SALT_BYTES = 16
"""What of a salt is hashed with each person id: 128 bits, so that both fit into one block of SHA-256."""
CITY_DIGITS = 4
"""The leading digits of an area code that name the prefecture-level city (GB/T 2260)."""
_LAST_DAY = date(9999, 12, 31)
_TABLES = (
    "records_spans",
    "records_duplicates",
    "records_suspects",
    "records_masks",
    "records_findings",
    "records_sources",
    "records_file_findings",
    "records_reasons",
    "records_rejected",
    "records_checks",
)

_Lists: TypeAlias = Callable[[Part], pa.Table]


class HospitalSpan(NamedTuple):
    """A hospital, its level and a period in which both are in force, days inclusive; last None: still in force."""

    hospital_id: str
    first: date
    last: date | None
    level: str = ""


class CheckedPart(NamedTuple):
    """One part, read and checked: `records` with a row for each of its records in order, and their codes by position.

    `records` has what the editor gives (editor.judging) with `problems` of every check, and `accepted`.
    """

    part: Part
    records: pa.Table
    codes: PartCodes

    def accepted(self) -> CheckedPart:
        """The part without the records that were rejected, are copies or belong to other periods."""
        kept = pl.Series(self.records["accepted"], dtype=pl.Boolean)
        if kept.all():
            return self
        return CheckedPart(self.part, self.records.filter(self.records["accepted"]), self.codes.of(kept))


def _nothing(_part: Part) -> PartResults | None:
    """No part is finished."""


@dataclass(frozen=True)
class Intake:
    """What a run's records are read and checked against. Days are inclusive; work is an existing folder of the run.

    digests: SHA-256 by name of files that were hashed already; they must still have it when all is read. readers: how
    codes are read; asked for when the files are ready, so that a scheme can be loaded meanwhile. repair: whether
    damaged codes are repaired, those of hospitals too. finished: asked before a part is read, in order; what it gives
    is taken for the part's results, and the part is passed over.
    """

    sources: tuple[Source, ...]
    work: Path
    salt: bytes
    hospitals: tuple[HospitalSpan, ...]
    pools: Mapping[str, str]
    first: date
    last: date
    date_basis: str
    today: date
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unknown_hospitals: bool = False
    admin_code: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    rows_per_part: int = 250_000
    readers: Callable[[], CodeReaders] = code_readers
    repair: bool = False
    finished: Callable[[Part], PartResults | None] = _nothing


def read_parts(con: duckdb.DuckDBPyConnection, intake: Intake) -> Iterator[CheckedPart]:
    """Read and check every source, part after part, but finished ones; while one is yielded, `parsed` stands for it.

    Results of all parts (results.py) are complete once the iterator is exhausted. Raises InputError for a file that
    cannot be read as a whole or changes while it is read, RulesError for settings that contradict themselves; every
    header is read before the first part is yielded.
    """
    _prepare(con, intake)
    staged = _stage_all(con, intake)
    note_sources(con, staged)
    numbers = {item.source.relative: number for number, item in enumerate(staged)}
    cut = tuple(parts(staged, intake.rows_per_part))
    views = Views(con, intake.values, intake.pools)
    find_duplicates(con, cut, views)
    books = new_books(intake.readers())
    known = {span.hospital_id for span in intake.hospitals}
    for item, pieces in cut:
        unread = [part for part in pieces if not _is_finished(con, part, intake)]
        for part, judged, codes in _read_file(con, item, unread, views, books):
            strays = strays_of(judged, known, "R402" if intake.unknown_hospitals else "R401")
            marks = (problems_of(codes), strays, restored_of(judged))
            rows = marked(judged, duplicates_of(con, part, codes.source_rows), marks)
            cells = with_source_rows(marks, codes).to_arrow()
            keep_results(con, part.number, numbers[item.source.relative], item, rows, cells)
            yield CheckedPart(part, rows, codes)
    refuse_changed((item.source, item.sha256) for item in staged)
    summarise_files(con)


def _prepare(con: duckdb.DuckDBPyConnection, intake: Intake) -> None:
    if intake.date_basis not in BASES:
        raise RulesError(f"date_basis {intake.date_basis!r} is unknown", hint='write "settlement" or "discharge"')
    unknown = sorted(set(intake.values) - set(RECORDS.names()))
    if unknown:
        raise RulesError(
            f"region.toml [values]: {unknown[0]} is no column of records",
            hint=f"columns are: {', '.join(RECORDS.names())}",
        )
    define_macros(con)
    for name in _TABLES:
        run(con, f"tables/{name}")
    _refuse_overlap(sorted((span.hospital_id, span.first, span.last or _LAST_DAY) for span in intake.hospitals))
    _fill(con, "records_spans", _spans(intake))
    _fill(con, "records_checks", [(bit(check.code), *check[:5]) for check in CHECKS])
    settings = {
        "records_refusing": ERRORS | DUPLICATE,
        "records_salt": blake2b(intake.salt, digest_size=SALT_BYTES).hexdigest(),
        "records_today": intake.today,
        "records_first": intake.first,
        "records_last": intake.last,
        "records_by_settlement": intake.date_basis == "settlement",
        "records_area": intake.admin_code[:CITY_DIGITS],
    }
    for name, value in settings.items():
        con.execute(f"SET VARIABLE {name} = $value", {"value": value}).complete()


def _spans(intake: Intake) -> list[tuple[Any, ...]]:
    """The hospitals under every way to write their codes: where codes are repaired, without the zeros in front too."""
    lost = without_zeros(span.hospital_id for span in intake.hospitals) if intake.repair else {}
    repaired = {whole[0]: left for left, whole in lost.items() if len(whole) == 1}
    return [
        (written, span.hospital_id, span.first, span.last or _LAST_DAY, span.level or None)
        for span in intake.hospitals
        for written in (span.hospital_id, repaired.get(span.hospital_id))
        if written
    ]


def _refuse_overlap(spans: Sequence[tuple[str, date, date]]) -> None:
    for before, after in pairwise(spans):
        if before[0] == after[0] and after[1] <= before[2]:
            raise RulesError(
                f"hospitals.csv: two rows of {after[0]} are in force on {after[1]}",
                hint="correct effective_from and effective_to",
            )


def _fill(con: duckdb.DuckDBPyConnection, table: str, values: Sequence[tuple[Any, ...]]) -> None:
    if values:
        insert(con, table, values)


def _stage_all(con: duckdb.DuckDBPyConnection, intake: Intake) -> tuple[Staged, ...]:
    aliases = region_aliases(intake.aliases)
    deciding = BASES[intake.date_basis]
    required = [column.name for column in RECORDS.columns if column.required and column.name != "procedures"]
    if deciding not in required:
        required.append(deciding)
    ordered = sorted(intake.sources, key=lambda source: source.relative)
    with staging_place(con, ordered, intake.work) as place:
        return tuple(
            stage(place, source, intake.work, number, aliases, required, intake.digests.get(source.relative))
            for number, source in enumerate(ordered, start=1)
        )


def _is_finished(con: duckdb.DuckDBPyConnection, part: Part, intake: Intake) -> bool:
    """Whether a part need not be read; what was found in it is put back then."""
    found = intake.finished(part)
    if found is not None:
        put_back(con, found)
    return found is not None


def _read_file(
    con: duckdb.DuckDBPyConnection, item: Staged, pieces: Sequence[Part], views: Views, books: CodeBooks
) -> Iterator[tuple[Part, pa.Table, PartCodes]]:
    """Each part of a file with what the editor says of its records, and their codes, which are read beside it."""
    with (
        con.cursor() as beside,
        ThreadPoolExecutor(max_workers=1) as worker,
        input_errors(item.source),
        _lists_of(beside, item) as lists_of,
    ):
        views.show(item)
        judge = views.kept("judge", partial(judging, con, item))
        for part in pieces:
            reading = worker.submit(_read_codes, lists_of, part, books)
            turn_to(con, part)
            judged = judge()
            yield part, judged, _of_records(reading.result(), judged)


def _read_codes(lists_of: _Lists, part: Part, books: CodeBooks) -> PartCodes:
    return read_codes(lists_of(part), books)


@contextmanager
def _lists_of(con: duckdb.DuckDBPyConnection, item: Staged) -> Iterator[_Lists]:
    """What gives the lists of codes of a part's rows, in order: source_row, diagnoses, procedures."""
    if has_plain_lists(item):
        with ListReader(item) as reader:
            yield reader.read
        return
    define_macros(con)
    rows = open_part(scan_of(con, item), item)
    nothing = ConstantExpression(None).cast("VARCHAR[]")
    columns = (ColumnExpression(name) if name in rows.columns else nothing.alias(name) for name in LISTS)
    lists = rows.select(ColumnExpression("source_row"), *columns)

    def assemble(part: Part) -> pa.Table:
        turn_to(con, part)
        found = lists.to_arrow_table()
        return found if pl.Series(found["source_row"]).is_sorted() else found.sort_by("source_row")

    yield assemble


def _of_records(codes: PartCodes, judged: pa.Table) -> PartCodes:
    """Codes of rows without those rows that are blank and no records; there are such among rows of text."""
    if len(codes.source_rows) == len(judged):
        return codes
    return codes.of(codes.source_rows.is_in(pl.Series(judged["source_row"]).implode()))
