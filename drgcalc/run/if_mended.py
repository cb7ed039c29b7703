"""if_mended.parquet: the cases that records would be if they were mended, grouped beside the accepted ones.

Two kinds of records are set aside while a period is grouped: rejected ones, as far as their data go, and accepted ones
with a damaged code for which the scheme has one proposal, read as proposed, where that leads to another group. Rejected
ones whose hospital's code has lost its zeros in front are taken for those of the one hospital that it may be. All are
few, so they are collected over parts and grouped by an engine of their own: accepted records never meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.base.columns import RECORDS
from drgcalc.base.pricing_columns import MENDING, RECODED, REJECTED
from drgcalc.grouping.grouper import Grouper
from drgcalc.records.checks import DUPLICATE, ERRORS, OUTSIDE, bit, checks_in
from drgcalc.records.code_book import CodeBook, CodeBooks, PartCodes, new_books, read_codes
from drgcalc.records.code_reader import Reading
from drgcalc.records.intake import CheckedPart, Intake
from drgcalc.run.cases import case_table
from drgcalc.run.lost_zeros import LostZeros
from drgcalc.run.publish import output_errors
from drgcalc.run.writing import ROW_GROUP, arrow_schema, case_schema

IF_MENDED_FILE = "if_mended.parquet"
DAMAGED = ("R502", "R503", "R504")
"""Checks that find codes which are not written as codes are."""
SEXLESS = "R104"
SEXES = ("1", "2")
MOST = 50_000
"""Records that are collected before they are grouped."""

_DAMAGED = sum(bit(code) for code in DAMAGED)
_NOBODYS = OUTSIDE | DUPLICATE
_SEP = "|"
_LISTS = ("diagnoses", "procedures")
_SHOWN = ("status", "group_code")
_TYPES = arrow_schema(RECORDS)


class SetAside(NamedTuple):
    """Records to be grouped as if they were mended: their columns, and lists of the texts of their codes."""

    records: pa.Table
    lists: pa.Table


class IfMended:
    """Takes the parts of a period in order, with the groups of their accepted records, and writes what mends."""

    def __init__(self, engine: Callable[[], Grouper], intake: Intake, write: Callable[[pa.Table], None]) -> None:
        self._make, self._readers, self._write = engine, intake.readers, write
        self._engine: Grouper | None = None
        self._books: CodeBooks | None = None
        self._hospitals = LostZeros(intake.hospitals)
        self._waiting: list[SetAside] = []

    def add(self, part: CheckedPart, groups: pl.DataFrame) -> list[SetAside]:
        """Set aside what of a part can be mended, and give it; `groups`: of its accepted records, row by row."""
        found = []
        problems = pl.Series(part.records["problems"], dtype=pl.UInt64)
        rejected = ((problems & ERRORS) != 0) & ((problems & _NOBODYS) == 0)
        if rejected.any():
            aside = _rejected_of(part, rejected, problems)
            found.append(aside._replace(records=self._hospitals.mended(aside.records).combine_chunks()))
        accepted = pl.Series(part.records["accepted"], dtype=pl.Boolean)
        damaged = accepted & ((problems & _DAMAGED) != 0)
        if damaged.any():
            shown = groups.select(_SHOWN).filter(damaged.filter(accepted))
            now = shown.cast(pl.String)
            found.append(_damaged_of(part, damaged, problems, now))
        for aside in found:
            self.keep(aside)
        return found

    def finish(self) -> None:
        """Group and write what still waits."""
        if self._waiting:
            records, lists = (
                pa.concat_tables(tables, promote_options="default") for tables in zip(*self._waiting, strict=True)
            )
            self._waiting = []
            self._write(self._cases(records, lists))

    def keep(self, aside: SetAside) -> None:
        """Take what was set aside of a part."""
        if len(aside.records):
            self._waiting.append(aside)
        if sum(len(one.records) for one in self._waiting) >= MOST:
            self.finish()

    def _cases(self, records: pa.Table, lists: pa.Table) -> pa.Table:
        """The records as cases with the columns of MENDING; recoded ones only where the group is another."""
        self._books = self._books or new_books(self._readers())
        codes = read_codes(lists, self._books)
        groups = self._groups(records, codes)
        rivals = self._rivals(records, codes)
        cases = case_table(records, groups, "")
        place = cases.schema.get_field_index("source_file")
        cases = cases.set_column(place, "source_file", records["source_file"].dictionary_encode())
        for name in MENDING.names():
            cells = rivals.to_arrow() if name == "rivals" else records[name]
            cases = cases.append_column(name, cells.cast(pa.string()))
        found = groups.select(pl.col(name).cast(pl.String) for name in _SHOWN)
        now = [pl.Series(records[name], dtype=pl.String) for name in ("status_now", "group_now")]
        same = found["status"].eq_missing(now[0]) & found["group_code"].eq_missing(now[1])
        recoded = pl.Series(records["kind"], dtype=pl.String) == RECODED
        return cases.filter((~(recoded & same)).to_arrow())

    def _groups(self, records: pa.Table, codes: PartCodes) -> pl.DataFrame:
        if self._engine is None:
            self._engine = self._make()
        return self._engine.group(records, codes)

    def _rivals(self, records: pa.Table, codes: PartCodes) -> pl.Series:
        """Groups of records without a sex, where the two sexes would be in different ones; else nothing."""
        texts = pl.Series(records["codes"], dtype=pl.String)
        sexless = texts.str.split(_SEP).list.contains(SEXLESS)
        rivals = pl.Series([None] * len(texts), dtype=pl.String)
        if not sexless.any():
            return rivals
        some, their_codes = records.filter(sexless.to_arrow()), codes.of(sexless)
        place = some.schema.get_field_index("sex")
        by_sex = [
            self._groups(some.set_column(place, "sex", pa.array([sex] * len(some))), their_codes) for sex in SEXES
        ]
        first, second = (
            found["group_code"].cast(pl.String).fill_null(found["status"].cast(pl.String)) for found in by_sex
        )
        told = pl.select(pl.when(first != second).then(first + " / " + second)).to_series()
        return rivals.scatter(sexless.arg_true(), told)


@contextmanager
def mended_writer(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """A function that appends tables with the columns of IF_MENDED to one Parquet file."""
    schema = mended_schema()
    with (
        output_errors(path.parent),
        pq.ParquetWriter(path, schema, compression="zstd", store_schema=False, store_decimal_as_integer=True) as writer,
    ):
        yield lambda cases: writer.write_table(cases.select(schema.names).cast(schema), row_group_size=ROW_GROUP)


def mended_schema() -> pa.Schema:
    """The Arrow types of if_mended.parquet."""
    return pa.schema([*case_schema(), *arrow_schema(MENDING)])


def _rejected_of(part: CheckedPart, chosen: pl.Series, problems: pl.Series) -> SetAside:
    """Rejected records of a part, their codes as delivered."""
    codes = part.codes.of(chosen)
    cells = {"kind": REJECTED, "status_now": None, "group_now": None, "proposal": None}
    return _set_aside(part, chosen, cells, _words(problems.filter(chosen), ERRORS), _lists(codes, _as_delivered))


def _damaged_of(part: CheckedPart, chosen: pl.Series, problems: pl.Series, now: pl.DataFrame) -> SetAside:
    """Accepted records of a part with damaged codes, read as proposed; `now`: what they are in, row by row."""
    codes = part.codes.of(chosen)
    proposals = _proposals(codes)
    cells: dict[str, pl.Series | str | None] = {
        "kind": RECODED,
        "status_now": now["status"],
        "group_now": now["group_code"],
        "proposal": proposals,
    }
    aside = _set_aside(part, chosen, cells, _words(problems.filter(chosen), _DAMAGED), _lists(codes, _as_proposed))
    mendable = proposals.is_not_null().to_arrow()
    return SetAside(aside.records.filter(mendable).combine_chunks(), aside.lists.filter(mendable).combine_chunks())


def _set_aside(
    part: CheckedPart, chosen: pl.Series, cells: Mapping[str, pl.Series | str | None], codes: pl.Series, lists: pa.Table
) -> SetAside:
    """The chosen records with the cells of MENDING beside them; typed alike whatever file they come from."""
    records = part.records.filter(chosen.to_arrow())
    for name in (field for field in _TYPES.names if field in records.column_names):
        place = records.schema.get_field_index(name)
        records = records.set_column(place, name, records[name].cast(_TYPES.field(name).type))
    for name, cell in {**cells, "codes": codes, "source_file": part.part.source.relative}.items():
        column = cell if isinstance(cell, pl.Series) else pl.repeat(cell, len(records), dtype=pl.String, eager=True)
        records = records.append_column(name, column.to_arrow().cast(pa.string()))
    return SetAside(records.combine_chunks(), lists.combine_chunks())


def _words(problems: pl.Series, wanted: int) -> pl.Series:
    """For each mask the codes of those of its checks that are wanted."""
    words = {mask: _SEP.join(check.code for check in checks_in(mask & wanted)) for mask in problems.unique().sort()}
    return pl.Series([words[mask] for mask in problems], dtype=pl.String)


def _lists(codes: PartCodes, text_of: Callable[[Reading], str]) -> pa.Table:
    """The codes of records as lists of texts, as `read_codes` wants them."""
    columns = {name: _texts(codes, name, text_of) for name in _LISTS}
    return pa.table({"source_row": codes.source_rows.to_arrow(), **columns})


def _texts(codes: PartCodes, name: str, text_of: Callable[[Reading], str]) -> pa.Array:
    book: CodeBook = getattr(codes.books, name)
    lists: list[list[str]] = [[] for _ in codes.source_rows]
    for at, number in getattr(codes, name).select("at", "number").iter_rows():
        lists[at].append(text_of(book.reading(number)))
    return pa.array(lists, pa.list_(pa.string()))


def _proposals(codes: PartCodes) -> pl.Series:
    """For each record its damaged codes with the code proposed for each; null where no single one is proposed."""
    found: list[list[str]] = [[] for _ in codes.source_rows]
    for name in _LISTS:
        book: CodeBook = getattr(codes.books, name)
        for at, number in getattr(codes, name).select("at", "number").iter_rows():
            reading = book.reading(number)
            if _is_mendable(reading):
                found[at].append(f"{reading.text} → {reading.proposals[0]}")
    return pl.Series([", ".join(dict.fromkeys(texts)) or None for texts in found], dtype=pl.String)


def _as_delivered(reading: Reading) -> str:
    return reading.text


def _as_proposed(reading: Reading) -> str:
    """The only code that the scheme proposes for a damaged one; else the text as it came."""
    return reading.proposals[0] if _is_mendable(reading) else reading.text


def _is_mendable(reading: Reading) -> bool:
    return len(reading.proposals) == 1 and not reading.repaired
