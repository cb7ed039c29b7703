"""Checked records of one part in, DIP groups out: the same contract as the DRG engine's.

What a record is to the directory (patterns.py) and to its auxiliary rules (parts.py) are numbers; each distinct number
is answered once, in Python, and its answer is laid beside every record that has it.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import duckdb
import polars as pl
from duckdb import ColumnExpression

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.complications import highest_level
from drgcalc.grouping.dip.memo import BoundedMemo
from drgcalc.grouping.dip.parts import RecordParts
from drgcalc.grouping.dip.patterns import Answer, RecordPatterns
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering
from drgcalc.grouping.scalars import packed
from drgcalc.grouping.scheme import Status
from drgcalc.records.code_book import PartCodes

TIE_MARK = "|"
_GROUP = {
    "status": pl.String,
    "group_code": pl.String,
    "layer": pl.String,
    "grassroots": pl.Boolean,
    "tcm": pl.Boolean,
    "tied_with": pl.String,
}
_LEVELS = pl.DataFrame({"complication": [highest_level(bits) for bits in range(2 ** len(LEVEL_BITS))]})
_KINDS = pl.DataFrame({"treatment_kind": KINDS})
_NOTHING = pl.lit(None, pl.String)


class DipEngine:
    """Groups part after part by a DIP directory in one DuckDB connection.

    Owns the connection's view scalars and its registered table grouped.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scheme: DipScheme) -> None:
        self._con = connection
        self._patterns = RecordPatterns(scheme)
        self._parts = RecordParts(scheme)
        self._results = Numbering[tuple[Any, ...]]()
        self._answers = BoundedMemo(self._answer)

    def group_part(self, codes: PartCodes) -> None:
        """Group the records of `checked` into `grouped`: one row per accepted record of the part.

        Columns: source_row, status, mdc and adrg (empty), group_code, complication, layer, treatment_kind, grassroots,
        tcm, tied_with, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu. codes: the codes of the part's records.
        """
        scalars = self._scalars_of(codes)
        if self._patterns.start_part(len(self._answers)):
            self._answers.forget()
        patterns = self._patterns.of(codes, scalars["conditions"])
        results = self._answers.of(patterns)
        found = self._parts.of(codes, scalars["parts"])
        frame = pl.concat(
            [
                pl.DataFrame({"source_row": codes.source_rows, "accepted": scalars["accepted"]}),
                self._groups().select(pl.all().gather(results)),
                _LEVELS.select(pl.all().gather(found.levels)),
                _KINDS.select(pl.all().gather(self._patterns.kinds(patterns))),
                self._parts.table().select(pl.all().gather(found.parts)),
            ],
            how="horizontal",
        )
        accepted = frame.filter("accepted").drop("accepted")
        self._con.register("grouped", accepted.with_columns(mdc=_NOTHING, adrg=_NOTHING).to_arrow())

    def _groups(self) -> pl.DataFrame:
        """The distinct results, in the order of their numbers."""
        return pl.DataFrame(self._results.values(), schema=_GROUP, orient="row")

    def _answer(self, pattern: int) -> int:
        return self._results.number(_result(self._patterns.answer(pattern)))

    def _scalars_of(self, codes: PartCodes) -> pl.DataFrame:
        """The packed scalars of every record of the part, in the order of its codes; whether it is accepted."""
        query = resources.files("drgcalc.grouping").joinpath("sql", "scalars.sql").read_text(encoding="utf-8")
        self._con.execute(query).complete()
        asked = self._con.table("scalars").select(
            ColumnExpression("source_row"),
            ColumnExpression("accepted"),
            packed(self._patterns.scales).alias("conditions"),
            packed(self._parts.scales).alias("parts"),
        )
        found = pl.DataFrame(asked.to_arrow_table())
        if found["source_row"].equals(codes.source_rows):
            return found
        return codes.source_rows.to_frame().join(found, on="source_row", how="left", maintain_order="left")


def _result(answer: Answer) -> tuple[str, str | None, str | None, bool, bool, str | None]:
    """What cases say of an answer: the columns of _GROUP."""
    if answer.choice is None:
        return (Status.EXCLUDED if answer.excluded else Status.UNGROUPED, None, None, False, False, None)
    row = answer.choice.winner
    return (
        Status.GROUPED,
        row.code,
        row.layer,
        answer.grassroots,
        row.tcm,
        TIE_MARK.join(answer.choice.tied_with) or None,
    )
