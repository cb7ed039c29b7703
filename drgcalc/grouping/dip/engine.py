"""Checked records of one part in, DIP groups out: the same contract as the DRG engine's.

What a record is to the directory (patterns.py) and to its auxiliary rules (parts.py) are numbers; each distinct number
is answered once, in Python, and its answer is laid beside every record that has it.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import pyarrow as pa

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.answers import enumerated, of_part
from drgcalc.grouping.complications import highest_level
from drgcalc.grouping.dip.parts import RecordParts
from drgcalc.grouping.dip.patterns import Answer, RecordPatterns
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering
from drgcalc.grouping.memo import Memo
from drgcalc.grouping.rules import SCALAR_FIELDS
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
        scales = (*self._patterns.scales, *self._parts.scales)
        self._fields = tuple(dict.fromkeys(scale.field for scale in scales)) or SCALAR_FIELDS[:1]
        self._results = Numbering[Result]()
        self._known = pl.DataFrame()
        self._answers = Memo.one_by_one(self._answer)

    def group(self, records: pa.Table, codes: PartCodes) -> pl.DataFrame:
        """The groups of accepted records, in order.

        Columns: status, group_code, layer, grassroots, tcm, tied_with, complication, treatment_kind, aux_cci,
        aux_severity, aux_tumour, aux_age, aux_icu. records: those of a CheckedPart; codes: those
        of the same records, by position.
        """
        fields = scalar_fields(records, self._fields)
        if self._patterns.start_part(len(self._answers)):
            self._answers.forget()
        others = codes.diagnoses.filter(~codes.diagnoses["leads"])
        patterns = self._patterns.of(codes, others, packed(fields, self._patterns.scales))
        results = self._answers.of(patterns.places, patterns.beside)
        results = results.set(grey_principals(codes), self._results.number(UNGROUPED))
        found = self._parts.of(codes, others, packed(fields, self._parts.scales))
        groups, parts = of_part(self._groups(), results), of_part(self._parts.table(), found.parts)
        kinds = _KINDS[patterns.kinds]
        return groups.with_columns(complication=_LEVELS[found.levels], treatment_kind=kinds).hstack(parts)

    def _groups(self) -> pl.DataFrame:
        """The distinct results, in the order of their numbers."""
        if len(self._known) < len(self._results):
            known = self._results.values()
            texts = {name: enumerated([getattr(result, name) for result in known]) for name in _TEXTS}
            flags = {name: pl.Series([getattr(result, name) for result in known], dtype=pl.Boolean) for name in _FLAGS}
            self._known = pl.DataFrame({**texts, **flags})
        return self._known

    def _answer(self, place: int, beside: int) -> int:
        return self._results.number(_result(self._patterns.answer(place, beside)))


def _result(answer: Answer) -> Result:
    if answer.choice is None:
        return Result(Status.EXCLUDED.value) if answer.excluded else UNGROUPED
    row = answer.choice.winner
    tied = TIE_MARK.join(answer.choice.tied_with) or None
    return Result(Status.GROUPED.value, row.code, row.layer, answer.grassroots, row.tcm, tied)
