"""Corrected rows that come back: a row that names a source_file and a source_row replaces exactly that row.

The published rejected.csv has these columns: rows mended in it and put beside the other records are such corrections.
A replaced row is dropped with a finding and kept among the rejected ones. A correction may itself be corrected, by a
file whose name comes later; so no two rows can replace each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
from duckdb import ColumnExpression, ConstantExpression

from drgcalc.records.checks import bit
from drgcalc.records.editor import make_views
from drgcalc.records.reading import Part, Staged, input_errors, open_part, turn_to
from drgcalc.records.statements import insert, run

REPLACED = "R603"
MISNAMED = "R604"
_NAMES = ("old_file", "old_row")


def find_replaced(
    con: duckdb.DuckDBPyConnection,
    cut: Sequence[tuple[Staged, Sequence[Part]]],
    values: Mapping[str, Mapping[str, str]],
    pools: Mapping[str, str],
) -> None:
    """Add to `records_duplicates` the rows that corrections replace, and the corrections that name no row of their own.

    One that names a row which is not there, or which another correction names too, is an error: R604. `values` and
    `pools` are those of `editor.make_views`.
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
            make_views(con, staged, values, pools)
            for part in pieces:
                turn_to(con, part)
                _note_names(con, part, staged)
    run(con, "classify_corrections", {"replaced": bit(REPLACED), "misnamed": bit(MISNAMED)})


def _note_names(con: duckdb.DuckDBPyConnection, part: Part, staged: Staged) -> None:
    """Put what the rows of a part name into `records_corrections`; a blank row is no record and replaces none."""
    rows = open_part(con, staged, dict(zip(_NAMES, staged.replaces, strict=True)))
    records = con.view("parsed").select(ColumnExpression("source_row").alias("record_row"))
    named = rows.join(records, ColumnExpression("source_row") == ColumnExpression("record_row"), how="semi")
    number = ConstantExpression(part.number).cast("INTEGER")
    cells = (ColumnExpression(name).cast("VARCHAR") for name in _NAMES)
    named.select(number, ColumnExpression("source_row"), *cells).insert_into("temp.records_corrections")
