"""Corrected rows that come back: a row that names a source_file and a source_row replaces exactly that row.

The published rejected.csv has these columns: rows mended in it and put beside the other records are such corrections.
A replaced row is dropped with a finding and kept among the rejected ones. A correction may itself be corrected, by a
file whose name comes later; so no two rows can replace each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import duckdb
from duckdb import ColumnExpression

from drgcalc.records.checks import bit
from drgcalc.records.reading import Part, Staged, input_errors, open_part, part_number, turn_to
from drgcalc.records.statements import insert, run
from drgcalc.records.views import FILE, Views

REPLACED = "R603"
MISNAMED = "R604"
_NAMES = ("old_file", "old_row")


def find_replaced(
    con: duckdb.DuckDBPyConnection,
    cut: Sequence[tuple[Staged, Sequence[Part]]],
    views: Views,
) -> None:
    """Add to `records_duplicates` the rows that corrections replace, and the corrections that name no row of their own.

    One that names a row which is not there, or which another correction names too, is an error: R604.
    """
    corrections = [(staged, pieces) for staged, pieces in cut if staged.replaces]
    if not corrections:
        return
    run(con, "tables/records_parts")
    run(con, "tables/records_corrections")
    places = [
        (part.number, staged.source.relative, part.first_row, part.rows, bool(staged.replaces))
        for staged, pieces in cut
        for part in pieces
    ]
    insert(con, "records_parts", places)
    for staged, pieces in corrections:
        with input_errors(staged.source):
            views.show(staged)
            for part in pieces:
                turn_to(con, part)
                views.kept("names", partial(_named, con, staged)).insert_into("temp.records_corrections")
    run(con, "classify_corrections", {"replaced": bit(REPLACED), "misnamed": bit(MISNAMED)})


def _named(con: duckdb.DuckDBPyConnection, staged: Staged) -> duckdb.DuckDBPyRelation:
    """What the rows of a part name; a blank row is no record and replaces none."""
    rows = open_part(con.view(FILE), staged, dict(zip(_NAMES, staged.replaces, strict=True)))
    records = con.view("parsed").select(ColumnExpression("source_row").alias("record_row"))
    named = rows.join(records, ColumnExpression("source_row") == ColumnExpression("record_row"), how="semi")
    cells = (ColumnExpression(name).cast("VARCHAR") for name in _NAMES)
    return named.select(part_number(), ColumnExpression("source_row"), *cells)
