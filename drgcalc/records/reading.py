"""Files to Parquet with canonical columns: CSV and XLSX are staged once as text, Parquet is read where it lies."""

from __future__ import annotations

import csv
import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import duckdb
import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from drgcalc.base.errors import Finding, InputError, OutputError
from drgcalc.records import encoding
from drgcalc.records.checks import file_finding
from drgcalc.records.headers import LISTS, NAMES_OF_ROWS, Alias, Layout, match
from drgcalc.records.plain import IDENTIFIERS, plain_columns
from drgcalc.records.sources import Source, sha256_of
from drgcalc.records.spreadsheet import first_sheet, with_rounded_numbers
from drgcalc.records.statements import define_macros

DELIMITERS = ",;\t"
HEADER_ROWS = 2
CSV_PIECE = 4_000_000
"""Octets of CSV that a thread reads at a time; a line may have half of them."""
WIDE = 200
"""Columns of a CSV from which on one thread reads it: each holds rows of all of them, however many processors."""
STAGED_ROWS = 20_480
"""Rows of a row group of staged Parquet: so many a thread holds while it writes."""
TEXT_ROWS = STAGED_ROWS
"""Rows of a part of CSV or XLSX at most: records that came as text take more memory than typed ones."""
STAGING_MEMORY = "400MB"
_PART, _FIRST_ROW, _LAST_ROW = "records_part", "records_first_row", "records_last_row"
"""Variables of a connection: the part and the rows it is turned to."""
_NO_SPACE = os.strerror(errno.ENOSPC)
_UNREADABLE = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.SerializationException,
    pa.ArrowException,
    fastexcel.FastExcelError,
    csv.Error,
    UnicodeDecodeError,  # names of columns that are no text
    OSError,
)
_CSV_LINE = re.compile(r"Line: (\d+)")


class Staged(NamedTuple):
    """A source that can be read as Parquet. columns: canonical name -> the file's columns it is made of.

    is_text: CSV or XLSX, staged with canonical columns; rows counts blank rows too. encoding: "" unless CSV.
    plain: text columns in which every cell is plain, so that nothing need be cleaned. replaces: the two columns of
    `file` that name the row which a row replaces, or none. is_keyed: persons stand there as keys, not yet marked.
    """

    source: Source
    sha256: str
    file: Path
    columns: Mapping[str, tuple[str, ...]]
    rows: int
    is_text: bool
    encoding: str
    header_rows: int
    findings: tuple[Finding, ...]
    plain: frozenset[str] = frozenset()
    replaces: tuple[str, ...] = ()
    is_keyed: bool = False


class Part(NamedTuple):
    """A range of rows of one source. first_row counts data rows from 1; rows includes blank ones."""

    number: int
    source: Source
    first_row: int
    rows: int


@contextmanager
def staging_place(
    con: duckdb.DuckDBPyConnection, sources: Sequence[Source], work: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database in which `sources` are staged: one of its own where wide texts are, so that it frees their memory.

    DuckDB keeps what it has taken until a database is closed, and a line of text may have 800 cells that nobody wants.
    """
    if all(source.kind == "parquet" for source in sources):
        yield con
        return
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": STAGING_MEMORY,
        "temp_directory": str(work / "staging"),
    }
    with duckdb.connect(config=config) as place:
        define_macros(place)
        yield place


def stage(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    work: Path,
    number: int,
    aliases: Sequence[Alias],
    required: Sequence[str],
    digest: str | None = None,
) -> Staged:
    """Make one source readable. Raises InputError when its header, encoding or structure does not allow it.

    digest: the file's SHA-256, if it was taken already.
    """
    with input_errors(source):
        digest = digest or sha256_of(source.path)
        if source.kind == "parquet":
            staged = _parquet(source, digest, aliases, required)
            return staged._replace(plain=plain_columns(con, staged.file, staged.columns))
        target = work / f"staged-{number:05d}.parquet"
        if source.kind == "csv":
            return _csv(con, source, digest, target, aliases, required)
        return _xlsx(con, source, digest, target, aliases, required)


def parts(staged: Sequence[Staged], rows_per_part: int) -> Iterator[tuple[Staged, tuple[Part, ...]]]:
    """Each source cut into parts of about `rows_per_part` rows, between row groups where they are small enough."""
    numbers = count(1)
    for item in staged:
        ends = [0, *_ends(item.file, min(rows_per_part, TEXT_ROWS) if item.is_text else rows_per_part)]
        yield item, tuple(Part(next(numbers), item.source, first + 1, end - first) for first, end in pairwise(ends))


def turn_to(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Make `part` the one that what `open_part` gave stands for in this connection, from now on."""
    # DuckDB counts rows of a file from 0.
    rows = {_PART: part.number, _FIRST_ROW: part.first_row - 1, _LAST_ROW: part.first_row + part.rows - 2}
    for name, number in rows.items():
        con.execute(f"SET VARIABLE {name} = CAST($number AS BIGINT)", {"number": number}).complete()


def part_number() -> Expression:
    """The number of the part that the connection is turned to."""
    return FunctionExpression("getvariable", ConstantExpression(_PART)).cast("INTEGER")


def scan_of(con: duckdb.DuckDBPyConnection, staged: Staged) -> duckdb.DuckDBPyRelation:
    """All rows of a staged file, with their numbers."""
    return con.read_parquet(str(staged.file), file_row_number=True)


def open_part(
    scan: duckdb.DuckDBPyRelation, staged: Staged, others: Mapping[str, str] = MappingProxyType({})
) -> duckdb.DuckDBPyRelation:
    """The rows of the part that the connection is turned to, as delivered: canonical columns the file has, and row.

    Cells are text or typed, the row is `source_row`. The same relation stands for part after part: to bind one costs
    as much as to read ten thousand rows. scan: what `scan_of` gave, or a view of it. others: further columns of the
    staged file, by the name to give them.
    """
    row = ColumnExpression("file_row_number")
    first, last = (FunctionExpression("getvariable", ConstantExpression(name)) for name in (_FIRST_ROW, _LAST_ROW))
    ranged = scan.filter((row >= first) & (row <= last))
    source_row = row + ConstantExpression(1)
    asked = (ColumnExpression(column).alias(name) for name, column in others.items())
    return ranged.select(
        *canonical(scan, staged.columns, is_keyed=staged.is_keyed), source_row.alias("source_row"), *asked
    )


def canonical(
    relation: duckdb.DuckDBPyRelation, columns: Mapping[str, tuple[str, ...]], *, is_keyed: bool = False
) -> list[Expression]:
    """Expressions that make canonical columns of a file's own: lists joined, amounts added, the rest as it is.

    is_keyed: person ids are keys, which are marked so that they are not hashed again.
    """
    types = dict(zip(relation.columns, (str(type_) for type_ in relation.types), strict=True))
    made = {name: _list(names, types) if name in LISTS else _scalar(names) for name, names in columns.items()}
    if is_keyed:
        made["person_id"] = FunctionExpression("as_person_key", made["person_id"].cast("VARCHAR"))
    return [value.alias(name) for name, value in made.items()]


@contextmanager
def input_errors(source: Source) -> Iterator[None]:
    """Errors of the readers as InputError that names the file, with the line of a broken CSV."""
    try:
        yield
    except _UNREADABLE as error:
        raise _told(source, error) from error
    except duckdb.Error as error:
        if type(error) is not duckdb.Error:  # its own kinds say what they are; the bare one comes of damaged Parquet
            raise
        raise _told(source, error) from error


def _told(source: Source, error: Exception) -> InputError | OutputError:
    """An error of a reader in words."""
    if _NO_SPACE in str(error):
        return OutputError(
            f"the disk is full: {source.relative} cannot be made ready for reading",
            hint="the file itself is fine: make space where results and temporary files are written",
        )
    line = _CSV_LINE.search(str(error))
    if line:
        return InputError(
            f"{source.relative}: line {line.group(1)} is broken (quotes or number of columns)",
            hint="correct the line, or export again",
        )
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"{source.relative}: the file cannot be read: {first}", hint="check that it is whole; export it again"
    )


def _parquet(source: Source, digest: str, aliases: Sequence[Alias], required: Sequence[str]) -> Staged:
    metadata = pq.read_metadata(source.path)
    schema = metadata.schema.to_arrow_schema()
    layout = match([schema.names], source.relative, aliases, required)
    for name in IDENTIFIERS:
        for column in layout.columns.get(name, ()):
            if pa.types.is_floating(schema.field(column.number).type):
                raise InputError(
                    f"{source.relative}: {name} is stored as a floating number, digits are lost",
                    hint="export identifiers as text",
                )
    columns = {name: tuple(column.header for column in group) for name, group in layout.columns.items()}
    return Staged(
        source,
        digest,
        source.path,
        columns,
        metadata.num_rows,
        False,
        "",
        1,
        _with_empty(source, layout, metadata.num_rows),
        replaces=tuple(column.header for column in layout.replaces),
        is_keyed=layout.is_keyed,
    )


def _csv(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    digest: str,
    target: Path,
    aliases: Sequence[Alias],
    required: Sequence[str],
) -> Staged:
    name = encoding.detect(source.path, source.relative)
    delimiter, head, lines = _csv_head(source, name)
    layout = match(head, source.relative, aliases, required)
    text = source.path
    if name == encoding.GB18030:
        text = target.with_suffix(".csv")
        encoding.to_utf8(source.path, name, text)
    width = len(head[0])
    if max(column.number for group in layout.columns.values() for column in group) >= width:
        raise InputError(
            f"{source.relative}: the first row has {width} columns, the second header row has more",
            hint="correct the header rows, or export again",
        )
    con.execute("SET threads = 1" if width >= WIDE else "RESET threads").complete()
    relation = con.read_csv(
        str(text),
        header=False,
        sep=delimiter,
        quotechar='"',
        escapechar='"',
        columns={f"c{index}": "VARCHAR" for index in range(width)},
        skiprows=lines[layout.rows - 1],
        auto_detect=False,
        null_padding=False,
        strict_mode=True,
        buffer_size=CSV_PIECE,
    )
    rows = _write(relation, layout, target)
    if text != source.path:
        text.unlink()
    found = (file_finding("F103", source.relative, name),) if name == encoding.GB18030 else ()
    return _staged_text(source, digest, target, layout, rows, name, found)


def _csv_head(source: Source, name: str) -> tuple[str, list[list[str]], list[int]]:
    """The delimiter, the first rows that are not blank, and for each the physical lines up to its end."""
    with source.path.open(encoding=name, newline="") as file:
        start = file.readline()
        while start and not start.strip():
            start = file.readline()
        delimiter = max(DELIMITERS, key=start.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        head: list[list[str]] = []
        lines: list[int] = []
        for row in reader:
            if any(cell.strip() for cell in row):
                head.append(row)
                lines.append(reader.line_num)
            if len(head) == HEADER_ROWS:
                break
    if not head:
        raise InputError(f"{source.relative}: the file holds only blank lines", hint="export it again, or remove it")
    return delimiter, head, lines


def _xlsx(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    digest: str,
    target: Path,
    aliases: Sequence[Alias],
    required: Sequence[str],
) -> Staged:
    cells = first_sheet(source.path, source.relative)
    head = [[value or "" for value in row.values()] for row in cells.slice(0, HEADER_ROWS).to_pylist()]
    if not head:
        raise InputError(f"{source.relative}: the first sheet is empty", hint="put the records on the first sheet")
    layout = match(head, source.relative, aliases, required)
    identifiers = [layout.columns[name][0].number for name in IDENTIFIERS if name in layout.columns]
    cells = with_rounded_numbers(source.path, cells, identifiers)
    rows = _write(con.from_arrow(cells.slice(layout.rows)), layout, target)
    return _staged_text(source, digest, target, layout, rows, "", ())


def _write(relation: duckdb.DuckDBPyRelation, layout: Layout, target: Path) -> int:
    columns = {name: tuple(f"c{column.number}" for column in group) for name, group in layout.columns.items()}
    names = [
        ColumnExpression(f"c{column.number}").alias(name)
        for column, name in zip(layout.replaces, NAMES_OF_ROWS, strict=False)
    ]
    kept = canonical(relation, columns, is_keyed=layout.is_keyed)
    relation.select(*kept, *names).write_parquet(str(target), row_group_size=STAGED_ROWS)
    return int(pq.read_metadata(target).num_rows)


def _staged_text(
    source: Source, digest: str, target: Path, layout: Layout, rows: int, encoding_name: str, found: tuple[Finding, ...]
) -> Staged:
    columns = {name: (name,) for name in layout.columns}
    findings = (*found, *_with_empty(source, layout, rows))
    replaces = NAMES_OF_ROWS[: len(layout.replaces)]
    return Staged(source, digest, target, columns, rows, True, encoding_name, layout.rows, findings, replaces=replaces)


def _with_empty(source: Source, layout: Layout, rows: int) -> tuple[Finding, ...]:
    return layout.findings if rows else (*layout.findings, file_finding("F106", source.relative, ""))


def _ends(file: Path, rows_per_part: int) -> Iterator[int]:
    """Where parts end: at row groups, with a quarter of slack so that no small rest becomes a part of its own."""
    metadata = pq.read_metadata(file)
    slack = rows_per_part + rows_per_part // 4
    start = end = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if end > start and end + rows - start > slack:
            yield end
            start = end
        end += rows
        while end - start > slack:
            start += rows_per_part
            yield start
    if end > start:
        yield end


def _list(names: Sequence[str], types: Mapping[str, str]) -> Expression:
    if len(names) == 1:
        column = ColumnExpression(names[0])
        if types[names[0]].endswith("[]"):
            return column.cast("VARCHAR[]")
        return FunctionExpression("split_codes", column.cast("VARCHAR"))
    texts = [ColumnExpression(name).cast("VARCHAR") for name in names]
    return FunctionExpression("assemble_codes", texts[0], FunctionExpression("list_value", *texts[1:]))


def _scalar(names: Sequence[str]) -> Expression:
    if len(names) == 1:
        return ColumnExpression(names[0])
    return FunctionExpression(
        "sum_money", FunctionExpression("list_value", *(ColumnExpression(name).cast("VARCHAR") for name in names))
    )
