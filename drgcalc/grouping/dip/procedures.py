"""What the procedures of a case count as: the main one, those beside it, those set aside, and the kind of treatment.

National DIP directory, table of principal procedures that are not grouped (不纳入分组的主要手术操作), and the city's
table of procedure kinds (手术操作类别).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.dip.expression import holds
from drgcalc.grouping.dip.scheme import CONSERVATIVE, DipScheme, MainProcedure

Value = TypeVar("Value")

COUNTS, NEVER_MAIN, SET_ASIDE = 0, 1, 2
"""What a procedure is beside a principal diagnosis: it counts, it counts but is not main, it makes conservative."""


class LongestPrefix(Generic[Value]):
    """Values by code prefix: the longest prefix of a code decides."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._lengths = sorted({len(prefix) for prefix in values}, reverse=True)

    def of(self, code: str) -> Value | None:
        """The value of the longest prefix of the code; None when there is none."""
        found = (self._values.get(code[:length]) for length in self._lengths if length <= len(code))
        return next((value for value in found if value is not None), None)


class Counted(NamedTuple):
    """The procedures of a case as the directory sees them.

    main: "" when none counts. others: distinct codes beside it that count. set_aside: those that do not, with the row
    of main_procedures.csv. is_conservative: the main one is such, so the whole case is conservative.
    """

    main: str
    others: tuple[str, ...]
    set_aside: tuple[tuple[str, MainProcedure], ...]
    is_conservative: bool


class ProcedureRules:
    """The tables of a directory that say what procedures count as."""

    def __init__(self, scheme: DipScheme) -> None:
        self._options = scheme.options
        self._rows = LongestPrefix({row.code: row for row in scheme.main_procedures})
        self._kinds = LongestPrefix(scheme.procedure_kinds)

    def row(self, code: str) -> MainProcedure | None:
        """The row of main_procedures.csv that is about the code."""
        return self._rows.of(code)

    def role(self, row: MainProcedure | None, principal: str) -> int:
        """What a procedure with that row is beside a principal diagnosis: COUNTS, NEVER_MAIN or SET_ASIDE."""
        if row is None or (row.effect == "in_scope_only" and holds(row.scope, (principal,))):
            return COUNTS
        return NEVER_MAIN if row.effect == "never_main" else SET_ASIDE

    def kind(self, code: str) -> str:
        """The kind of a procedure, conservative for none and for one that the table does not know."""
        found = self._kinds.of(code) or CONSERVATIVE
        return self._options.interventional_as if found == "interventional" else found

    def count(self, procedures: Sequence[str], principal: str) -> Counted:
        """The procedures of a case, the first of which leads ("" leading: there is no main one)."""
        rows = [self._rows.of(code) if code else None for code in procedures]
        roles = [self.role(row, principal) for row in rows]
        leader = next((place for place, role in enumerate(roles) if role != NEVER_MAIN), None)
        main = procedures[leader] if leader is not None and roles[leader] == COUNTS else ""
        listed = zip(procedures, rows, roles, strict=True)
        kept = [code for code, _, role in listed if code and code != main and role != SET_ASIDE]
        aside = zip(procedures, rows, strict=True)
        return Counted(
            main,
            tuple(dict.fromkeys(kept)),
            tuple((code, row) for code, row in aside if row is not None and self.role(row, principal) == SET_ASIDE),
            leader is not None and roles[leader] == SET_ASIDE,
        )

    def treatment(self, counted: Counted) -> str:
        """The kind of treatment of a case (治疗方式), as the option kind_of says."""
        if counted.is_conservative:
            return CONSERVATIVE
        if self._options.kind_of == "main":
            return self.kind(counted.main)
        return highest(map(self.kind, (counted.main, *counted.others)))


def highest(kinds: Iterable[str]) -> str:
    """The highest of kinds of treatment: surgical above interventional, therapeutic, diagnostic, conservative."""
    return KINDS[min(map(KINDS.index, kinds), default=len(KINDS) - 1)]
