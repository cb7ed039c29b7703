"""Problems that need a look at other tables: copies, hospitals, codes; laid over the masks of the editor's checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
import polars as pl
import pyarrow as pa

from drgcalc.records.checks import DUPLICATE, ERRORS, OUTSIDE, bit
from drgcalc.records.code_book import PartCodes
from drgcalc.records.hospital_codes import restored, shown, without_zeros
from drgcalc.records.reading import Part
from drgcalc.records.statements import statement

_MARKS = {"at": pl.UInt32, "problem": pl.UInt64}
"""A mark: the position of a record in its part, and a bit of its mask."""
_SHOWN_MARKS = {**_MARKS, "cell": pl.String}


def duplicates_of(con: duckdb.DuckDBPyConnection, part: Part, source_rows: pl.Series) -> pl.DataFrame:
    """Marks of the part's records that stand more than once, are replaced, or replace (duplicates.py)."""
    rows = con.execute(statement("part_duplicates"), {"part": part.number}).fetchall()
    found = pl.DataFrame(rows, schema={"source_row": pl.Int64, "problem": pl.UInt64}, orient="row")
    found = found.filter(pl.col("source_row").is_in(source_rows.implode()))  # a correction may name a blank row
    return pl.DataFrame(
        {"at": source_rows.search_sorted(found["source_row"]), "problem": found["problem"]}, schema=_MARKS
    )


def strays_of(judged: pa.Table, known: Collection[str], unknown_hospital: str) -> pl.DataFrame:
    """Marks of the records whose hospital is not in force on the deciding day, or not among the `known` ones at all.

    cell: the code as a finding shows it.
    """
    at = pl.Series(judged["is_stray"], dtype=pl.Boolean).arg_true()
    if at.is_empty():
        return pl.DataFrame(schema=_SHOWN_MARKS)
    lost = without_zeros(known)
    written = pl.Series(judged["hospital_id"], dtype=pl.String).gather(at)
    distinct = written.unique().sort()
    problems = [bit("R403") if code in known else bit(unknown_hospital) for code in distinct]
    told = pl.DataFrame({"code": distinct, "problem": problems, "cell": [shown(code, lost) for code in distinct]})
    found = pl.DataFrame({"at": at, "code": written}).join(told, on="code", how="left", maintain_order="left")
    return found.select(*_SHOWN_MARKS).cast(_SHOWN_MARKS)  # type: ignore[arg-type]


def restored_of(judged: pa.Table) -> pl.DataFrame:
    """Marks of the records whose hospital's code has its zeros again, with the cell that a finding shows."""
    at = pl.Series(judged["is_restored"], dtype=pl.Boolean).arg_true()
    if at.is_empty():
        return pl.DataFrame(schema=_SHOWN_MARKS)
    codes = (restored(code) for code in pl.Series(judged["hospital_id"], dtype=pl.String).gather(at))
    found = pl.DataFrame({"at": at, "cell": list(codes)}, schema={"at": pl.UInt32, "cell": pl.String})
    return found.select("at", problem=pl.lit(bit("R506"), pl.UInt64), cell="cell")


def with_source_rows(problems: Sequence[pl.DataFrame], codes: PartCodes) -> pl.DataFrame:
    """Marks with the source row in place of the position, one a record and check: what findings are made of."""
    told = pl.concat(problems).group_by("at", "problem", maintain_order=True).agg(pl.col("cell").str.join(", "))
    return told.with_columns(source_row=codes.source_rows.gather(told["at"])).drop("at")


def marked(judged: pa.Table, duplicates: pl.DataFrame, marks: Sequence[pl.DataFrame]) -> pa.Table:
    """The records with the marks in `problems`, and `accepted`.

    A record outside the period is not marked at all; of one that is dropped nothing else is said.
    """
    problems = pl.Series(judged["problems"], dtype=pl.UInt64)
    inside = duplicates.filter(problems.gather(duplicates["at"]) & OUTSIDE == 0)
    problems = _laid(problems, inside)
    dropped = inside.filter(pl.col("problem") & DUPLICATE != 0)
    problems = problems.scatter(dropped["at"], dropped["problem"] & DUPLICATE)
    others = pl.concat([found.select(*_MARKS) for found in marks])
    problems = _laid(problems, others.filter(problems.gather(others["at"]) & (OUTSIDE | DUPLICATE) == 0))
    accepted = problems & (ERRORS | OUTSIDE | DUPLICATE) == 0
    kept = judged.drop_columns(["is_stray", "is_restored", "problems"])
    return kept.append_column("problems", problems.to_arrow()).append_column("accepted", accepted.to_arrow())


def _laid(problems: pl.Series, marks: pl.DataFrame) -> pl.Series:
    if marks.is_empty():
        return problems
    joined = marks.group_by("at").agg(pl.col("problem").bitwise_or())
    return problems.scatter(joined["at"], problems.gather(joined["at"]) | joined["problem"])
