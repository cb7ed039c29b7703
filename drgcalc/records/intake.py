"""The way of records from files to the engine: two passes over parts, counts that always add up, nothing lost.

Every record is exactly one of: accepted, rejected (at least one error), duplicate (an identical copy, dropped), outside
(the asked period, set aside). read = accepted + rejected + duplicates + outside, always.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
from duckdb import ColumnExpression

from drgcalc.base.columns import RECORDS
from drgcalc.base.errors import RulesError
from drgcalc.records.checks import CHECKS, DUPLICATE, ERRORS, OUTSIDE, bit
from drgcalc.records.code_book import CodeBooks, PartCodes, new_books, problems_of, read_codes
from drgcalc.records.duplicates import find_duplicates
from drgcalc.records.editor import judge, parse_part
from drgcalc.records.headers import LISTS, region_aliases
from drgcalc.records.reading import Part, Staged, input_errors, parts, stage
from drgcalc.records.results import keep_results, note_sources, summarise_files
from drgcalc.records.sources import Source, refuse_changed
from drgcalc.records.statements import define_macros, insert, run

__all__ = ["HospitalSpan", "Intake", "Part", "read_parts"]

BASES = {"settlement": "settled_on", "discharge": "discharged_on"}
CITY_DIGITS = 4
"""The leading digits of an area code that name the prefecture-level city (GB/T 2260)."""
_LAST_DAY = date(9999, 12, 31)
_TABLES = (
    "records_hospitals",
    "records_spans",
    "records_duplicates",
    "records_id_hashes",
    "records_repeated_hashes",
    "records_suspects",
    "records_masks",
    "records_findings",
    "records_sources",
    "records_file_findings",
    "records_reasons",
    "records_rejected",
    "records_checks",
)


class HospitalSpan(NamedTuple):
    """A hospital and a period in which it is in force, both days inclusive; last None: still in force."""

    hospital_id: str
    first: date
    last: date | None


@dataclass(frozen=True)
class Intake:
    """What a run's records are read and checked against. Days are inclusive; work is an existing folder of the run.

    digests: SHA-256 by name of files that were hashed already; they must still have it when all is read.
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
    rows_per_part: int = 500000


def read_parts(con: duckdb.DuckDBPyConnection, intake: Intake) -> Iterator[tuple[Part, PartCodes]]:
    """Read and check every source. With each part come its codes; while it is yielded, view `checked` stands for it.

    Results of all parts (results.py) are complete once the iterator is exhausted. Raises InputError for a file that
    cannot be read as a whole or changes while it is read, RulesError for settings that contradict themselves; every
    header is read before the first part is yielded.
    """
    _prepare(con, intake)
    staged = _stage_all(con, intake)
    note_sources(con, staged)
    numbers = {item.source.relative: number for number, item in enumerate(staged)}
    books = new_books()
    find_duplicates(con, parts(staged, intake.rows_per_part), intake.values, intake.pools)
    for part, item in parts(staged, intake.rows_per_part):
        with input_errors(item.source):
            parse_part(con, part, item, intake.values, intake.pools)
            judge(con, item)
        _mark(con, part, "R402" if intake.unknown_hospitals else "R401")
        part_codes = _read_codes(con, books)
        keep_results(con, numbers[item.source.relative], item)
        yield part, part_codes
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
    spans = [(span.hospital_id, span.first, span.last or _LAST_DAY) for span in intake.hospitals]
    _refuse_overlap(sorted(spans))
    _fill(con, "records_hospitals", [(hospital,) for hospital in sorted({span[0] for span in spans})])
    _fill(con, "records_spans", spans)
    _fill(con, "records_checks", [(bit(check.code), *check[:5]) for check in CHECKS])
    settings = {
        "records_refusing": ERRORS | DUPLICATE,
        "records_salt": intake.salt.hex(),
        "records_today": intake.today,
        "records_first": intake.first,
        "records_last": intake.last,
        "records_by_settlement": intake.date_basis == "settlement",
        "records_area": intake.admin_code[:CITY_DIGITS],
    }
    for name, value in settings.items():
        con.execute(f"SET VARIABLE {name} = $value", {"value": value}).complete()


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
    return tuple(
        stage(con, source, intake.work, number, aliases, required, intake.digests.get(source.relative))
        for number, source in enumerate(ordered, start=1)
    )


def _mark(con: duckdb.DuckDBPyConnection, part: Part, unknown_hospital: str) -> None:
    """Set the bits that need a look at other tables."""
    duplicates = {"identical": DUPLICATE, "differing": bit("R602"), "outside": OUTSIDE}
    run(con, "mark_duplicates", {"part": part.number, **duplicates})
    hospitals = {"unknown": bit(unknown_hospital), "not_in_force": bit("R403")}
    run(con, "mark_hospitals", {**hospitals, "settled": OUTSIDE | DUPLICATE})


def _read_codes(con: duckdb.DuckDBPyConnection, books: CodeBooks) -> PartCodes:
    """The codes of the part as numbers; records whose codes have problems are marked."""
    lists = con.view("parsed").select(*(ColumnExpression(name) for name in ("source_row", *LISTS)))
    part_codes = read_codes(pl.DataFrame(lists.to_arrow_table()), books)
    problems = problems_of(part_codes)
    con.register("records_code_problems", problems.to_arrow())
    if len(problems):
        run(con, "mark_codes", {"settled": OUTSIDE | DUPLICATE})
    return part_codes
