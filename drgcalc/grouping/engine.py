"""Checked records of one part in, groups out: facts of records, and the answers of the compiled scheme to them.

What a code is to the rules (coding.py) and which row a pattern of facts belongs to (compiled.py) is found out once and
kept while parts come in; a part costs a few passes over columns of small integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa

from drgcalc.grouping.answers import enumerated, of_part
from drgcalc.grouping.coding import RecordFacts
from drgcalc.grouping.compiled import NO_ROW, CompiledScheme
from drgcalc.grouping.complications import highest_level
from drgcalc.grouping.facts import LEVEL_BITS, Numbering, Pattern
from drgcalc.grouping.memo import Memo, Row
from drgcalc.grouping.rules import asks_for_codes, parse
from drgcalc.grouping.scalars import packed, scalar_fields
from drgcalc.grouping.scheme import Scheme, Status, status_of
from drgcalc.records.code_book import PartCodes, grey_principals

_LEVELS = enumerated([highest_level(bits) for bits in range(2 ** len(LEVEL_BITS))])
"""The complication that level bits mean."""

_OF_NEWBORNS = ("XSRTL", "XSRTZ")
"""Scalars that the scheme's own options look at."""


class Answer(NamedTuple):
    """What becomes of a record: its status, and the codes of the rows it is in."""

    status: str
    mdc: str | None = None
    adrg: str | None = None
    group_code: str | None = None


UNGROUPED = Answer(Status.UNGROUPED.value)


class Engine:
    """Groups the records of part after part by one scheme."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._compiled = CompiledScheme(scheme)
        scales = (*self._compiled.gate_scales, *self._compiled.group_scales)
        self._fields = sorted({*_OF_NEWBORNS, *(scale.field for scale in scales)})
        self._facts = RecordFacts(self._compiled)
        self._asks_codes = _adrgs_that_ask_for_codes(scheme)
        self._group_scalars = Numbering(0)
        self._group_scalar_numbers = Memo.one_by_one(self._group_scalars.number)
        self._leads = Numbering[Row]()
        self._lead_of = Memo.one_by_one(lambda *row: self._leads.number(row))
        self._patterns: list[Pattern] = []
        self._adrgs: list[int] = []
        self._pattern_of = Memo(self._place)
        self._answers = Numbering(UNGROUPED)
        self._answer_of = Memo(self._refine)

    def group(self, records: pa.Table, codes: PartCodes) -> pl.DataFrame:
        """The groups of accepted records, in order: status, mdc, adrg, group_code and complication.

        records: those of a CheckedPart; codes: those of the same records, by position.
        """
        fields = scalar_fields(records, self._fields)
        facts = self._facts_of(codes, fields)
        answers = self._answers_to(facts)
        if self._scheme.options.retry_other_procedures:
            answers = self._retried(codes, fields, answers)
        refused = self._are_refused(fields) | grey_principals(codes)
        answers = answers.set(refused, self._answers.number(UNGROUPED))
        return self._named(answers).with_columns(complication=_LEVELS.gather(facts["levels"]))

    def _facts_of(self, codes: PartCodes, fields: pl.DataFrame) -> pl.DataFrame:
        """The facts of the records: all of each that can matter to the rules. One row per record."""
        facts = self._facts.of(codes, packed(fields, self._compiled.gate_scales))
        group_scalars = self._group_scalar_numbers.of(packed(fields, self._compiled.group_scales))
        return facts.with_columns(group_scalars=group_scalars)

    def _answers_to(self, facts: pl.DataFrame) -> pl.Series:
        """The number of the answer to each row of facts."""
        leads = self._lead_of.of(facts["principal"], facts["main"], facts["gate_scalars"])
        patterns = self._pattern_of.of(leads, facts["diagnoses"], facts["procedures"])
        adrgs = pl.Series(self._adrgs, dtype=pl.Int32)
        asking = adrgs.is_in(list(self._asks_codes))
        # Where DRG rules do not read codes, all patterns of an ADRG are asked as one: 0 stands for it.
        asked = pl.int_range(1, len(adrgs) + 1, dtype=pl.Int32, eager=True).set(~asking, 0)
        return self._answer_of.of(
            adrgs.gather(patterns) - NO_ROW, asked.gather(patterns), self._levels_and_scalars(facts)
        )

    def _levels_and_scalars(self, facts: pl.DataFrame) -> pl.Series:
        return facts["group_scalars"] * len(_LEVELS) + facts["levels"].cast(pl.Int32)

    def _place(self, rows: Sequence[Row]) -> Sequence[int]:
        """Numbers for new patterns, whose ADRG rows are found at once."""
        start = len(self._patterns)
        for lead, diagnoses, procedures in rows:
            principal, main, scalars = self._leads.value(lead)
            lists = self._facts.classes(diagnoses), self._facts.classes(procedures)
            self._patterns.append(Pattern(principal, main, *lists, 0, self._facts.scalars(scalars)))
        self._adrgs += self._compiled.group(self._patterns[start:])
        return range(start, len(self._patterns))

    def _refine(self, rows: Sequence[Row]) -> Sequence[int]:
        """Numbers of answers. rows: ADRG row and pattern, both from 1 (0: none, or not asked), scalars with levels."""
        blank = Pattern(0, 0, (), (), 0, 0)
        adrgs, patterns = [], []
        for adrg, pattern, others in rows:
            scalars, levels = divmod(others, len(_LEVELS))
            seen = self._patterns[pattern - 1] if pattern else blank
            patterns.append(seen._replace(levels=levels, scalars=self._group_scalars.value(scalars)))
            adrgs.append(adrg + NO_ROW)
        drgs = self._compiled.refine(patterns, adrgs)
        return [self._answers.number(self._answer(adrg, drg)) for adrg, drg in zip(adrgs, drgs, strict=True)]

    def _answer(self, adrg: int, drg: int) -> Answer:
        """An ADRG none of whose DRG rows holds leaves the record ungrouped in it."""
        if adrg == NO_ROW:
            return UNGROUPED
        row = self._scheme.adrg[adrg]
        if drg == NO_ROW:
            return Answer(Status.UNGROUPED.value, row.mdc, row.code)
        return Answer(status_of(row.code).value, row.mdc, row.code, self._scheme.drg[drg].code)

    def _retried(self, codes: PartCodes, fields: pl.DataFrame, answers: pl.Series) -> pl.Series:
        """The answers, those that are no group replaced by what another procedure as the main one leads to."""
        place_of = codes.procedures.select(place=pl.int_range(1, pl.len() + 1).over("at"))["place"]
        most: Any = place_of.max()
        for place in range(2, (most or 0) + 1):
            led = codes.procedures.with_columns(leads=place_of == place)
            again = self._answers_to(self._facts_of(codes._replace(procedures=led), fields))
            grouped = [answer.status == Status.GROUPED for answer in self._answers.values()]
            is_grouped = pl.Series(grouped, dtype=pl.Boolean)
            answers = answers.zip_with(is_grouped.gather(answers) | ~is_grouped.gather(again), again)
        return answers

    def _are_refused(self, fields: pl.DataFrame) -> pl.Series:
        """Whether the scheme refuses a record for what it lacks: a newborn without a weight."""
        days = self._scheme.options.newborn_weight_days
        if days is None:
            return pl.zeros(len(fields), dtype=pl.Boolean, eager=True)
        return fields["XSRTZ"].is_null() & (fields["XSRTL"] <= days).fill_null(value=False)

    def _named(self, answers: pl.Series) -> pl.DataFrame:
        """The columns of the numbered answers."""
        known = self._answers.values()
        columns = {name: enumerated([getattr(answer, name) for answer in known]) for name in Answer._fields}
        return of_part(pl.DataFrame(columns), answers)


def _adrgs_that_ask_for_codes(scheme: Scheme) -> frozenset[int]:
    """The ADRG rows with a DRG rule that reads codes beyond the complication level."""
    asking = {(row.mdc, row.adrg) for row in scheme.drg if asks_for_codes(parse(row.rule))}
    return frozenset(i for i, row in enumerate(scheme.adrg) if (row.mdc, row.code) in asking)
