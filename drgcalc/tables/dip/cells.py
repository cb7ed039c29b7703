"""Cells of a directory: code expressions in the normal form, numbers, flags; what cannot be read becomes a problem."""

from __future__ import annotations

import re
from decimal import Decimal

from drgcalc.base.money import exact, round_half_up
from drgcalc.grouping.dip.expression import (
    Code,
    Expression,
    ExpressionSyntaxError,
    Leaf,
    Precedence,
    PrecedenceNeededError,
    Span,
    leaves,
    read_local,
    to_text,
)
from drgcalc.tables.cells import has_shape, heading, tidy
from drgcalc.tables.dip.words import words
from drgcalc.tables.journal import Journal
from drgcalc.tables.workbook import RawRow

SCORE_PLACES = 4
FACTOR_PLACES = 6

_WHOLE = re.compile(r"(\d{1,9})(\.0+)?")
_WORD_USE = {"DI": "diagnosis", "OP": "procedure"}
_NEED = "say how the directory joins codes: --precedence or-first, and-first or all"


def codes_of(leaf: Leaf) -> tuple[str, ...]:
    """The codes that a part of an expression spells: one, the two ends of a range, or none for `*`."""
    match leaf:
        case Code(code):
            return (code,)
        case Span(first, last):
            return first, last
        case _:
            return ()


class CellReader:
    """Reads the cells of one source; `precedence` is how it joins codes, None when nobody said."""

    def __init__(self, journal: Journal, precedence: Precedence | None) -> None:
        self.journal = journal
        self.precedence = precedence
        self._unusual: set[str] = set()

    def diagnoses(self, row: RawRow, column: str, cell: str, *, one_code: bool = False) -> str:
        """An expression of diagnoses in the normal form, "" for an empty cell or one that cannot be read."""
        return self._expression(row, column, cell, "DI", one_code)

    def procedures(self, row: RawRow, column: str, cell: str) -> str:
        """An expression of procedures in the normal form, "" for an empty cell or one that cannot be read."""
        return self._expression(row, column, cell, "OP", one_code=False)

    def _expression(self, row: RawRow, column: str, cell: str, kind: str, one_code: bool) -> str:
        word = words(_WORD_USE[kind]).get(heading(cell))
        if word is not None:
            return word
        try:
            expression = read_local(cell, self.precedence, one_code=one_code)
        except PrecedenceNeededError as error:
            self.journal.problem(row.sheet, row.number, f"{column} {error}: {_NEED}")
            return ""
        except ExpressionSyntaxError as error:
            self.journal.problem(row.sheet, row.number, f"{column}: {error}")
            return ""
        self._check_codes(row, column, expression, kind)
        text = to_text(expression)
        if heading(text).rstrip("*") != heading(cell).rstrip("*"):
            self.journal.note("T024", row.sheet, row.number, column, cell, text)
        return text

    def _check_codes(self, row: RawRow, column: str, expression: Expression | None, kind: str) -> None:
        for leaf in leaves(expression):
            for code in codes_of(leaf):
                if code[0].isdecimal() != (kind == "OP"):
                    wanted = "a diagnosis" if kind == "DI" else "a procedure"
                    self.journal.problem(row.sheet, row.number, f"{column}: {code} is not {wanted}")
                elif code not in self._unusual and not (has_shape(code, kind) or has_shape(f"{code}*", kind)):
                    self._unusual.add(code)
                    self.journal.note("T014", row.sheet, row.number, column, code, "kept as it stands")

    def whole(self, row: RawRow, column: str, cell: str) -> int | None:
        """A whole number; None when the cell is none, which is then a problem."""
        if found := _WHOLE.fullmatch(heading(cell)):
            return int(found[1])
        self.journal.problem(row.sheet, row.number, f"{column} is {cell!r}, expected a whole number")
        return None

    def number(self, row: RawRow, column: str, cell: str, places: int) -> Decimal | None:
        """A number with at most so many decimals, rounded and noted when it has more; None when the cell is empty."""
        text = heading(cell).replace(",", "")
        if not text:
            return None
        try:
            value = exact(text)
        except ValueError:
            self.journal.problem(row.sheet, row.number, f"{column} is {cell!r}, expected a plain number")
            return None
        rounded = round_half_up(value, places)
        if rounded != value:
            self.journal.note("T025", row.sheet, row.number, column, cell, f"{rounded:f}")
        return rounded

    def flag(self, row: RawRow, column: str, cell: str) -> int:
        """1 or 0 of a yes or no; anything else is a problem."""
        meaning = words("flag").get(heading(cell))
        if meaning is None:
            self.journal.problem(row.sheet, row.number, f"{column} is {cell!r}, expected 是 or 否, 1 or 0")
        return int(meaning or 0)

    def text(self, row: RawRow, column: str, cell: str) -> str:
        """The text with spaces and artefacts folded."""
        kept = tidy(cell)
        if kept != cell:
            self.journal.note("T003", row.sheet, row.number, column, cell, kept)
        return kept
