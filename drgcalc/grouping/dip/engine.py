"""Checked records of one part in, DIP groups out: the same contract as the DRG engine's.

What a record is to the directory (patterns.py) and to its auxiliary rules (parts.py) are numbers; each distinct number
is answered once, in Python, and its answer is laid beside every record that has it.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import pyarrow as pa

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.answers import enumerated
from drgcalc.grouping.complications import highest_level
from drgcalc.grouping.dip.memo import BoundedMemo
from drgcalc.grouping.dip.parts import RecordParts
from drgcalc.grouping.dip.patterns import Answer, RecordPatterns
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering
from drgcalc.grouping.scalars import packed, scalar_fields
from drgcalc.grouping.scheme import Status
from drgcalc.records.code_book import PartCodes, grey_principals

TIE_MARK = "|"
_TEXTS, _FLAGS = ("status", "group_code", "layer", "tied_with"), ("grassroots", "tcm")
_LEVELS = enumerated([highest_level(bits) for bits in range(2 ** len(LEVEL_BITS))])
_KINDS = enumerated(KINDS)


class Result(NamedTuple):
    """What cases say of the answer to a record."""

    status: str
    group_code: str | None = None
    layer: str | None = None
    grassroots: bool = False
    tcm: bool = False
    tied_with: str | None = None


UNGROUPED = Result(Status.UNGROUPED.value)


class DipEngine:
    """Groups the records of part after part by a DIP directory."""

    def __init__(self, scheme: DipScheme) -> None:
        self._patterns = RecordPatterns(scheme)
        self._parts = RecordParts(scheme)
        self._results = Numbering[Result]()
        self._answers = BoundedMemo(self._answer)

    def group(self, records: pa.Table, codes: PartCodes) -> pl.DataFrame:
        """The groups of accepted records, in order.

        Columns: status, group_code, layer, grassroots, tcm, tied_with, complication, treatment_kind, aux_cci,
        aux_severity, aux_tumour, aux_age, aux_icu. records: the columns of view `checked` that are there; codes: those
        of the same records, by position.
        """
        fields = scalar_fields(records)
        if self._patterns.start_part(len(self._answers)):
            self._answers.forget()
        patterns = self._patterns.of(codes, packed(fields, self._patterns.scales))
        results = self._answers.of(patterns).set(grey_principals(codes), self._results.number(UNGROUPED))
        found = self._parts.of(codes, packed(fields, self._parts.scales))
        parts = self._parts.table().select(pl.all().gather(found.parts))
        kinds = _KINDS.gather(self._patterns.kinds(patterns))
        groups = self._groups().select(pl.all().gather(results))
        return groups.with_columns(complication=_LEVELS.gather(found.levels), treatment_kind=kinds).hstack(parts)

    def _groups(self) -> pl.DataFrame:
        """The distinct results, in the order of their numbers."""
        known = self._results.values()
        texts = {name: enumerated([getattr(result, name) for result in known]) for name in _TEXTS}
        flags = {name: pl.Series([getattr(result, name) for result in known], dtype=pl.Boolean) for name in _FLAGS}
        return pl.DataFrame({**texts, **flags})

    def _answer(self, pattern: int) -> int:
        return self._results.number(_result(self._patterns.answer(pattern)))


def _result(answer: Answer) -> Result:
    if answer.choice is None:
        return Result(Status.EXCLUDED.value) if answer.excluded else UNGROUPED
    row = answer.choice.winner
    tied = TIE_MARK.join(answer.choice.tied_with) or None
    return Result(Status.GROUPED.value, row.code, row.layer, answer.grassroots, row.tcm, tied)
