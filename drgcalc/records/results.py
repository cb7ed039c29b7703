"""What reading has found: exact counts, findings, rejected records, inputs; in temporary tables of the connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import duckdb
import polars as pl
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from drgcalc.base.columns import RECORDS
from drgcalc.base.errors import Finding
from drgcalc.records.checks import CHECKS, DUPLICATE, ERRORS, OUTSIDE, bit, checks_in, file_finding
from drgcalc.records.code_book import SHOWN
from drgcalc.records.headers import LISTS
from drgcalc.records.reading import Staged
from drgcalc.records.statements import insert, rows, run, statement

_SECRET = "person_id"
_REASONS = "|"
_OF_PARTS = ("records_masks", "records_findings", "records_rejected")


class Counts(NamedTuple):
    """Records by fate: read = accepted + rejected + duplicates + outside."""

    read: int
    accepted: int
    rejected: int
    duplicates: int
    outside: int


class PartResults(NamedTuple):
    """What reading has found in one part: the rows of this module's tables that are about it."""

    masks: pa.Table
    findings: pa.Table
    rejected: pa.Table

    @property
    def records(self) -> int:
        """How many records the part has."""
        return sum(self.masks["records"].to_pylist())

    @property
    def problems(self) -> int:
        """Every problem that any of its records has, as bits."""
        return reduce(or_, self.masks["problems"].to_pylist(), 0)


class Input(NamedTuple):
    """One input file, for the manifest. rows: data rows, blank ones included; encoding "" unless CSV."""

    relative: str
    sha256: str
    kind: str
    encoding: str
    header_rows: int
    rows: int


def counts(con: duckdb.DuckDBPyConnection) -> Counts:
    """Records by fate, over all parts read so far."""
    fates: Counter[str] = Counter()
    for _, problems, records in rows(con, "all_masks"):
        fates[_fate(problems)] += records
    return Counts(fates.total(), fates["accepted"], fates["rejected"], fates["duplicate"], fates["outside"])


def findings(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """All findings with the columns of `base.columns.FINDINGS`, ordered by code, file and row."""
    return con.sql(statement("all_findings")).to_arrow_table()


def rejected(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rejected records and dropped copies, by files and rows: where, why, person_key, and the cells as delivered."""
    masks = [mask for (mask,) in rows(con, "rejected_masks")]
    run(con, "tables/records_reasons")
    if masks:
        reasons = [
            (mask, _REASONS.join(check.code for check in checks_in(mask & (ERRORS | DUPLICATE)))) for mask in masks
        ]
        insert(con, "records_reasons", reasons)
    return con.sql(statement("all_rejected")).to_arrow_table()


def inputs(con: duckdb.DuckDBPyConnection) -> list[Input]:
    """The input files in order."""
    return [Input(*row) for row in rows(con, "all_inputs")]


def note_sources(con: duckdb.DuckDBPyConnection, staged: Sequence[Staged]) -> None:
    """Remember the input files and what was found on them as a whole."""
    for number, item in enumerate(staged):
        source = item.source
        row = (number, source.relative, item.sha256, source.kind, item.encoding, item.header_rows, item.rows)
        insert(con, "records_sources", [row])
        note_findings(con, item.findings)


def note_findings(con: duckdb.DuckDBPyConnection, found: Sequence[Finding]) -> None:
    """Add findings on files as a whole."""
    if found:
        insert(con, "records_file_findings", found)


def keep_results(
    con: duckdb.DuckDBPyConnection, part: int, number: int, staged: Staged, records: pa.Table, cells: pa.Table
) -> None:
    """Keep counts, findings and rejected records of the part that the connection is turned to.

    number: that of the source. records: those of the part, with `problems`. cells: what findings on codes and hospitals
    show (marks.with_source_rows).
    """
    place = {"part": part, "source": number}
    masks = pl.Series("problems", records["problems"], dtype=pl.UInt64)
    counted = masks.value_counts(name="records").sort("problems").rows()
    insert(con, "records_masks", [(part, number, problems, times) for problems, times in counted])
    seen = reduce(or_, (problems for problems, _ in counted), 0)
    if not seen:
        return
    con.register("checked_rows", records.filter((masks > 0).to_arrow()))
    con.register("records_code_problems", cells)
    for check in checks_in(seen):
        if not check.per_file:
            _show_cells(con, check.code, check.field, staged)
            run(con, "add_findings", {**place, "bit": bit(check.code)})
    if seen & (ERRORS | DUPLICATE):
        _keep_rejected(con, part, number, staged)


def of_part(con: duckdb.DuckDBPyConnection, part: int) -> PartResults:
    """What was kept of one part."""
    is_its_own = ColumnExpression("part") == ConstantExpression(part)
    return PartResults(*(con.table(f"temp.{table}").filter(is_its_own).to_arrow_table() for table in _OF_PARTS))


def put_back(con: duckdb.DuckDBPyConnection, found: PartResults) -> None:
    """Keep what another run found in a part, in place of reading it."""
    for table, rows_ in zip(_OF_PARTS, found, strict=True):
        con.from_arrow(rows_).insert_into(f"temp.{table}")


def summarise_files(con: duckdb.DuckDBPyConnection) -> None:
    """One finding a file for checks that are told per file, and for blank rows: the count is the value."""
    files = inputs(con)
    read: Counter[int] = Counter()
    per_file: Counter[tuple[str, int]] = Counter()
    for source, problems, records in rows(con, "all_masks"):
        read[source] += records
        per_file.update({(check.code, source): records for check in checks_in(problems) if check.per_file})
    for (code, source), records in sorted(per_file.items()):
        check = next(check for check in CHECKS if check.code == code)
        note_findings(
            con,
            [
                Finding(
                    code,
                    check.severity,
                    files[source].relative,
                    0,
                    "",
                    check.field,
                    str(records),
                    check.message,
                    check.hint,
                )
            ],
        )
    blank = [(file.relative, file.rows - read[number]) for number, file in enumerate(files)]
    note_findings(con, [file_finding("F107", relative, str(records)) for relative, records in blank if records])


def _fate(problems: int) -> str:
    if problems & OUTSIDE:
        return "outside"
    if problems & DUPLICATE:
        return "duplicate"
    return "rejected" if problems & ERRORS else "accepted"


def _show_cells(con: duckdb.DuckDBPyConnection, code: str, field: str, staged: Staged) -> None:
    """View `records_cells`: what a finding shows of each record, never a person's id."""
    if code in SHOWN:
        con.execute("SET VARIABLE records_problem = $problem", {"problem": bit(code)}).complete()
        run(con, "malformed_cells")
        return
    raw = con.view("raw")
    if field in staged.columns and field != _SECRET:
        raw.select(ColumnExpression("source_row"), _as_text(field).alias("cell")).create_view("records_cells")
        return
    raw.limit(0).select(ColumnExpression("source_row"), ConstantExpression("").alias("cell")).create_view(
        "records_cells"
    )


def _keep_rejected(con: duckdb.DuckDBPyConnection, part: int, number: int, staged: Staged) -> None:
    run(con, "rejected_rows")
    cells = [
        (_as_text(name) if name in staged.columns else ConstantExpression(None).cast("VARCHAR")).alias(name)
        for name in RECORDS.names()
        if name != _SECRET
    ]
    refused = con.view("records_refused").set_alias("refused")
    delivered = con.view("raw").select(ColumnExpression("source_row"), *cells)
    refused.join(delivered, "source_row").select(
        ConstantExpression(part).cast("INTEGER"),
        ConstantExpression(number).cast("INTEGER"),
        ColumnExpression("source_row"),
        ColumnExpression("problems"),
        ColumnExpression("person_key"),
        *(ColumnExpression(name) for name in RECORDS.names() if name != _SECRET),
    ).insert_into("temp.records_rejected")


def _as_text(name: str) -> Expression:
    column = ColumnExpression(name)
    return FunctionExpression("join_codes", column) if name in LISTS else column.cast("VARCHAR")
