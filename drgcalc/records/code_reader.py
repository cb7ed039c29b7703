"""What the text of a code is read as: spelled, repaired if that is asked for, mapped by a crosswalk, marked if grey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from drgcalc.records import codes
from drgcalc.records.code_list import NO_CODES, CodeList, KnownCodes
from drgcalc.records.code_tables import BLANK, CodeTables, CrosswalkRow, GreyRow
from drgcalc.records.repair import candidates, diagnosis_variants, procedure_variants


class Reading(NamedTuple):
    """One text of a code and what it is read as; both are kept.

    text: as delivered. written: in the one spelling; "" when the text is no code. code: what rules see. proposals:
    codes of the scheme that a damaged one may stand for. repaired: the only proposal was taken. mapped: the crosswalk
    row that was applied. grey: the row of the grey list that names `code`. malformed: `code` is not written as codes
    are. known: the scheme names `code` or its category.
    """

    text: str
    written: str
    code: str
    proposals: tuple[str, ...] = ()
    repaired: bool = False
    mapped: CrosswalkRow | None = None
    grey: GreyRow | None = None
    malformed: bool = False
    known: bool = False

    @property
    def shown(self) -> str:
        """As a finding shows it: the text, what it is read as or what it may have been meant to be."""
        if self.code != self.written:
            return f"{self.text} → {self.code}"
        return f"{self.text} ({' or '.join(self.proposals)}?)" if self.proposals else self.text


@dataclass(frozen=True)
class CodeReader:
    """How texts of one kind of code are read. known: the scheme's codes; repair: whether damaged codes are repaired."""

    normalise: Callable[[str], str]
    is_well_formed: Callable[[str], bool]
    variants: Callable[[str], Iterator[str]]
    known: CodeList = field(default_factory=CodeList)
    crosswalk: Mapping[str, CrosswalkRow] = field(default_factory=dict)
    grey: Mapping[str, GreyRow] = field(default_factory=dict)
    repair: bool = False

    def read(self, text: str) -> Reading:
        """The reading of a text. A code of the scheme or of the crosswalk is never repaired."""
        if self.is_well_formed(text) and text not in self.crosswalk and text not in self.grey:
            return Reading(text, text, text, known=self.known.holds(text))  # most texts: nothing to be done
        written = self.normalise(text)
        if written in BLANK:
            return Reading(text, "", "")
        proposals = self._proposals(written)
        repaired = self.repair and len(proposals) == 1
        whole = proposals[0] if repaired else written
        row = self.crosswalk.get(whole)
        code = row.mapped if row else whole
        return Reading(
            text,
            written,
            code,
            proposals,
            repaired,
            row,
            self.grey.get(code),
            malformed=not self.is_well_formed(code),
            known=self.known.holds(code),
        )

    def _proposals(self, written: str) -> tuple[str, ...]:
        if self.is_well_formed(written) or written in self.crosswalk or self.known.names(written):
            return ()
        whole = (variant for variant in self.variants(written) if self.is_well_formed(variant))
        return candidates(whole, self.known)


class CodeReaders(NamedTuple):
    """The readers of a run."""

    diagnoses: CodeReader
    procedures: CodeReader

    @property
    def repair(self) -> bool:
        """Whether damaged codes are repaired."""
        return self.diagnoses.repair


def code_readers(
    tables: CodeTables | None = None, known: KnownCodes = NO_CODES, *, repair: bool = False
) -> CodeReaders:
    """Readers by a region's tables and a scheme's codes. Procedures have no grey list."""
    given = tables or CodeTables()
    return CodeReaders(
        CodeReader(
            codes.normalise_diagnosis,
            codes.is_diagnosis,
            diagnosis_variants,
            known.diagnoses,
            given.diagnoses,
            given.grey,
            repair,
        ),
        CodeReader(
            codes.normalise_procedure,
            codes.is_procedure,
            procedure_variants,
            known.procedures,
            given.procedures,
            repair=repair,
        ),
    )
