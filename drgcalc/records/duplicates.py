"""Settlement ids that stand more than once, over all files: exact, and lean (hashes first, contents of suspects)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
from duckdb import CoalesceOperator, ColumnExpression, ConstantExpression, FunctionExpression

from drgcalc.records.checks import bit
from drgcalc.records.corrections import REPLACED, find_replaced
from drgcalc.records.editor import parse_identities, parse_part
from drgcalc.records.reading import Part, Staged, input_errors
from drgcalc.records.statements import rows, run

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
    known = list(cut)
    find_replaced(con, known, values, pools)
    for part, staged in known:
        with input_errors(staged.source):
            parse_identities(con, part, staged, values)
            run(con, "hash_ids", {"part": part.number})
    slices = 1 + sum(part.rows for part, _ in known) // HASHES_PER_SLICE
    for number in range(slices):
        run(con, "repeated_hashes", {"slices": slices, "slice": number})
    suspected = {number for (number,) in rows(con, "suspected_parts")}
    run(con, "tables/records_id_hashes")
    for part, staged in known:
        if part.number in suspected:
            parse_part(con, part, staged, values, pools)
            _keep_suspects(con, part)
    if suspected:
        problems = {"identical": bit("R601"), "differing": bit("R602"), "replaced": bit(REPLACED)}
        run(con, "classify_duplicates", problems)
        run(con, "tables/records_suspects")


def _keep_suspects(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    parsed = con.view("parsed")
    suspicious = parsed.join(con.table("records_repeated_hashes"), _same_hash(), how="semi")
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
