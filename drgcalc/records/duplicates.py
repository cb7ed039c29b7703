"""Settlement ids that stand more than once, over all files: exact, and lean (hashes first, contents of suspects)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import duckdb
import polars as pl
from duckdb import CoalesceOperator, ColumnExpression, ConstantExpression, FunctionExpression

from drgcalc.records.checks import bit
from drgcalc.records.corrections import REPLACED, find_replaced
from drgcalc.records.reading import Part, Staged, input_errors, part_number, turn_to
from drgcalc.records.statements import run, statement
from drgcalc.records.views import Views

HASHES_PER_SLICE = 2_000_000


def find_duplicates(
    con: duckdb.DuckDBPyConnection,
    cut: Sequence[tuple[Staged, Sequence[Part]]],
    views: Views,
) -> None:
    """Fill `records_duplicates`: of identical records all but the first, of differing ones all, and replaced ones.

    Records are the same when settlement id and refund flag are (a reversal may bear the id of what it reverses), and
    identical when every canonical column is, and whether its cell could be read. The first is the first in order of
    files and rows.
    """
    find_replaced(con, cut, views)
    hashes = {part.number: hashed for staged, pieces in cut for part, hashed in _hashes(con, staged, pieces, views)}
    repeated = _repeated(list(hashes.values()))
    if repeated.is_empty():
        return
    con.register("records_repeated_hashes", repeated.to_frame("id_hash").to_arrow())
    for staged, pieces in cut:
        suspicious = [part for part in pieces if hashes[part.number].is_in(repeated.implode()).any()]
        if suspicious:
            with input_errors(staged.source):
                views.show(staged)
                for part in suspicious:
                    turn_to(con, part)
                    views.kept("suspects", partial(_suspects, con)).insert_into("temp.records_suspects")
    problems = {"identical": bit("R601"), "differing": bit("R602"), "replaced": bit(REPLACED)}
    run(con, "classify_duplicates", problems)
    run(con, "tables/records_suspects")


def _hashes(
    con: duckdb.DuckDBPyConnection, staged: Staged, pieces: Sequence[Part], views: Views
) -> Iterator[tuple[Part, pl.Series]]:
    """For each part of a file hashes of what its records are the same by; those without a settlement id have none."""
    if not pieces:
        return
    with input_errors(staged.source):
        views.show(staged)
        turn_to(con, Part(0, staged.source, 1, staged.rows))  # all at once: the threads share the rows of a large file
        hashes = pl.Series(con.sql(statement("hash_ids")).to_arrow_table()["id_hash"], dtype=pl.UInt64)
    for part in pieces:
        yield part, hashes.slice(part.first_row - 1, part.rows).drop_nulls()


def _repeated(hashes: Sequence[pl.Series]) -> pl.Series:
    """The hashes that stand more than once, found slice by slice, so that little is sorted at a time."""
    slices = 1 + sum(map(len, hashes)) // HASHES_PER_SLICE
    found = [pl.Series([], dtype=pl.UInt64)]
    for number in range(slices):
        ordered = pl.concat([found[0], *(part.filter(part % slices == number) for part in hashes)]).sort()
        found.append(ordered.filter(ordered == ordered.shift(1)).unique())
    return pl.concat(found)


def _suspects(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The records of a part whose hash stands more than once, with what makes them identical."""
    parsed = con.view("parsed")
    suspicious = parsed.join(con.view("records_repeated_hashes"), _same_hash(), how="semi")
    cells = [ColumnExpression(name).cast("VARCHAR") for name in parsed.columns if name != "source_row"]
    content = FunctionExpression(
        "sha256", FunctionExpression("to_json", FunctionExpression("list_value", *cells)).cast("VARCHAR")
    )
    return suspicious.select(
        part_number(),
        ColumnExpression("source_row"),
        ColumnExpression("settlement_id"),
        CoalesceOperator(ColumnExpression("is_refund"), ConstantExpression(value=False)),
        content,
    )


def _same_hash() -> duckdb.Expression:
    refund = CoalesceOperator(ColumnExpression("is_refund"), ConstantExpression(value=False))
    return FunctionExpression("hash", ColumnExpression("settlement_id"), refund) == ColumnExpression("id_hash")
