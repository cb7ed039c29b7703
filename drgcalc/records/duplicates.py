"""Settlement ids that stand more than once, over all files: exact, and lean (hashes first, contents of suspects)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import polars as pl
from duckdb import CoalesceOperator, ColumnExpression, ConstantExpression, FunctionExpression

from drgcalc.records.checks import bit
from drgcalc.records.corrections import REPLACED, find_replaced
from drgcalc.records.editor import parse_identities, parse_part
from drgcalc.records.reading import Part, Staged, input_errors
from drgcalc.records.statements import run, statement

HASHES_PER_SLICE = 2_000_000


def find_duplicates(
    con: duckdb.DuckDBPyConnection,
    cut: Iterable[tuple[Part, Staged]],
    values: Mapping[str, Mapping[str, str]],
    pools: Mapping[str, str],
) -> None:
    """Fill `records_duplicates`: of identical records all but the first, of differing ones all, and replaced ones.

    Records are the same when settlement id and refund flag are (a reversal may bear the id of what it reverses), and
    identical when every canonical column is, and whether its cell could be read. The first is the first in order of
    files and rows.
    """
    pieces = list(cut)
    find_replaced(con, pieces, values, pools)
    known = [(part, staged, _hashes(con, part, staged, values)) for part, staged in pieces]
    repeated = _repeated([hashes for _, _, hashes in known])
    if repeated.is_empty():
        return
    con.register("records_repeated_hashes", repeated.to_frame("id_hash").to_arrow())
    for part, staged, hashes in known:
        if hashes.is_in(repeated.implode()).any():
            parse_part(con, part, staged, values, pools)
            _keep_suspects(con, part)
    problems = {"identical": bit("R601"), "differing": bit("R602"), "replaced": bit(REPLACED)}
    run(con, "classify_duplicates", problems)
    run(con, "tables/records_suspects")


def _hashes(
    con: duckdb.DuckDBPyConnection, part: Part, staged: Staged, values: Mapping[str, Mapping[str, str]]
) -> pl.Series:
    """A hash of what records of the part are the same by; those without a settlement id have none."""
    with input_errors(staged.source):
        parse_identities(con, part, staged, values)
        return pl.Series(con.sql(statement("hash_ids")).to_arrow_table()["id_hash"], dtype=pl.UInt64)


def _repeated(hashes: Sequence[pl.Series]) -> pl.Series:
    """The hashes that stand more than once, found slice by slice, so that little is sorted at a time."""
    slices = 1 + sum(map(len, hashes)) // HASHES_PER_SLICE
    found = [pl.Series([], dtype=pl.UInt64)]
    for number in range(slices):
        ordered = pl.concat([found[0], *(part.filter(part % slices == number) for part in hashes)]).sort()
        found.append(ordered.filter(ordered == ordered.shift(1)).unique())
    return pl.concat(found)


def _keep_suspects(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    parsed = con.view("parsed")
    suspicious = parsed.join(con.view("records_repeated_hashes"), _same_hash(), how="semi")
    cells = [ColumnExpression(name).cast("VARCHAR") for name in parsed.columns if name != "source_row"]
    content = FunctionExpression(
        "sha256", FunctionExpression("to_json", FunctionExpression("list_value", *cells)).cast("VARCHAR")
    )
    suspicious.select(
        ConstantExpression(part.number).cast("INTEGER"),
        ColumnExpression("source_row"),
        ColumnExpression("settlement_id"),
        CoalesceOperator(ColumnExpression("is_refund"), ConstantExpression(value=False)),
        content,
    ).insert_into("temp.records_suspects")


def _same_hash() -> duckdb.Expression:
    refund = CoalesceOperator(ColumnExpression("is_refund"), ConstantExpression(value=False))
    return FunctionExpression("hash", ColumnExpression("settlement_id"), refund) == ColumnExpression("id_hash")
