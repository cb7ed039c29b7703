"""Code expressions of DIP directories: text to a tree, the tree against the codes of a record, and back to text.

The normal grammar is the one of the national workbook (按病种分值（DIP）付费3.0版分组方案); `+` binds tighter than `|`:

    expression = conjunction { "|" conjunction }        any of them
    conjunction = part { "+" part }                     all of them
    part = "(" expression ")" | "*" | RANGE | CODE      `*` any code; `A00-B99`; `K80.1`

A code matches itself and everything below it: what begins with it. A range compares as many characters as its ends
have (`A00-B99` three, `36.1-36.3` four). `*` behind a code says only that it is a prefix, which every code is; but a
diagnosis, `+` and a diagnosis with `*` directly behind it, `A18.300x009+K93.0*`, is one code: dagger and asterisk
(剑号星号编码). To ask for both codes of such a text, put one in brackets or leave the `*` out.

Cities write other marks and other precedences; `read_local` reads those, and every tree prints as the normal grammar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from drgcalc.grouping.rules import fold
from drgcalc.records.codes import normalise_diagnosis, normalise_procedure

_DAGGER = r"[A-Za-z]\d[A-Za-z0-9.]*[+†][A-Za-z]\d[A-Za-z0-9.]*\*(?![A-Za-z0-9])"
_TOKEN = re.compile(
    rf"(?P<space> +)|(?P<pair>{_DAGGER})|(?P<code>[A-Za-z0-9][A-Za-z0-9.]*\*?)|(?P<any>\*)"
    r"|(?P<or>[|/∣或])|(?P<and>[+和且与]|并且)|(?P<comma>[,、;])|(?P<to>[-~–—－至])|(?P<open>\()|(?P<close>\))"
)
_NORMAL_MARKS = frozenset("|+*()-")
_DEEPEST = 100  # published cells nest two deep; a damaged cell of 32,767 brackets must stay an expression error
_SHOWN = 120


class ExpressionSyntaxError(ValueError):
    """A text that the grammar does not allow: the text, where in it, and what was expected."""

    def __init__(self, text: str, position: int, message: str) -> None:
        shown = text if len(text) <= _SHOWN else f"{text[max(0, position - _SHOWN // 2) : position + _SHOWN // 2]}…"
        super().__init__(f"{message} at character {position + 1} of {shown!r}")
        self.text = text
        self.position = position
        self.message = message


class PrecedenceNeededError(ExpressionSyntaxError):
    """A text that means one thing under one precedence and another under the other, read without a precedence."""


class Precedence(StrEnum):
    """How a directory joins codes: or before and (`A+B/C` = A and any of B, C), and before or, or every mark but
    `/` and `|` = and (a comma too)."""

    OR_FIRST = "or-first"
    AND_FIRST = "and-first"
    ALL = "all"


@dataclass(frozen=True)
class Anything:
    """`*`: any code at all."""


@dataclass(frozen=True)
class Code:
    """A code in the one spelling of records.codes: itself and everything that begins with it."""

    code: str


@dataclass(frozen=True)
class Span:
    """A range of codes, both ends included, compared on as many characters as the ends have."""

    first: str
    last: str


@dataclass(frozen=True)
class AllOf:
    """Every part is matched, by one code or by several."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part is matched."""

    parts: tuple[Expression, ...]


Leaf = Anything | Code | Span
Expression = Anything | Code | Span | AllOf | AnyOf


@cache
def parse(text: str) -> Expression | None:
    """The tree of a text in the normal grammar; None for an empty one, which asks for nothing.

    Nested parts of one kind are joined and repeated ones dropped, order kept. Raises ExpressionSyntaxError.
    """
    folded = fold(text)
    return _Parser(folded, Precedence.AND_FIRST, commas=None, strict=True).whole() if folded else None


def read_local(text: str, precedence: Precedence | None, *, one_code: bool = False) -> Expression | None:
    """The tree of a city's cell: `|`, `/`, 或 are or; `+`, 和, 且, 与 are and; `,`, 、 and ; are and under ALL.

    `one_code`: the cell speaks of a single code (the principal diagnosis), of which two can never hold: a comma is or.
    None for an empty text. Raises PrecedenceNeededError when no precedence is given and the meaning depends on it,
    ExpressionSyntaxError for what no precedence allows.
    """
    folded = fold(text)
    if not folded:
        return None
    if precedence is not None:
        commas = "or" if one_code else "and" if precedence is Precedence.ALL else None
        return _Parser(folded, precedence, commas, strict=False).whole()
    readings = {
        _Parser(folded, choice, "or" if one_code else "and", strict=False).whole()
        for choice in (Precedence.OR_FIRST, Precedence.AND_FIRST)
    }
    comma = None if one_code else next((token for token in _tokens(folded) if token.kind == "comma"), None)
    if len(readings) > 1 or comma is not None:
        position = comma.position if comma is not None else 0
        raise PrecedenceNeededError(folded, position, "the meaning depends on how the directory joins codes")
    return readings.pop()


def to_text(expression: Expression | None) -> str:
    """The normal form, which `parse` reads back to the same tree; "" for None."""
    match expression:
        case None:
            return ""
        case Anything():
            return "*"
        case Code(code):
            return code
        case Span(first, last):
            return f"{first}-{last}"
        case AllOf(parts):
            return "+".join(_in_conjunction(part) for part in parts)
        case AnyOf(parts):
            return "|".join(map(to_text, parts))


def _in_conjunction(part: Expression) -> str:
    return f"({to_text(part)})" if isinstance(part, AnyOf) else to_text(part)


def leaves(expression: Expression | None) -> Iterator[Leaf]:
    """Every code, range and `*` of the expression, from left to right."""
    match expression:
        case None:
            return
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield expression


def matches(leaf: Leaf, code: str) -> bool:
    """Whether a code of a record, in the spelling of records.codes, is one the leaf means."""
    match leaf:
        case Anything():
            return bool(code)
        case Code(own):
            return code.startswith(own)
        case Span(first, last):
            return len(code) >= len(first) and first <= code[: len(first)] <= last


def holds(expression: Expression | None, codes: Collection[str]) -> bool:
    """Whether the codes satisfy the expression; None asks for nothing and always holds."""
    match expression:
        case None:
            return True
        case AllOf(parts):
            return all(holds(part, codes) for part in parts)
        case AnyOf(parts):
            return any(holds(part, codes) for part in parts)
        case _:
            return any(matches(expression, code) for code in codes)


def matched(expression: Expression | None, codes: Collection[str]) -> frozenset[str]:
    """The codes that satisfied something: of every part that holds, those its leaves mean; none if it does not hold."""
    match expression:
        case None:
            return frozenset()
        case AllOf(parts) | AnyOf(parts):
            if not holds(expression, codes):
                return frozenset()
            return frozenset().union(*(matched(part, codes) for part in parts))
        case _:
            return frozenset(code for code in codes if matches(expression, code))


def alternatives(expression: Expression | None, limit: int) -> tuple[tuple[Leaf, ...], ...] | None:
    """The expression as an or of ands of leaves, in order of text; None when that takes more than `limit` of them.

    An empty expression is the one alternative that asks for nothing.
    """
    match expression:
        case None:
            return ((),)
        case AllOf(parts):
            rows: tuple[tuple[Leaf, ...], ...] = ((),)
            for part in parts:
                more = alternatives(part, limit)
                if more is None or len(rows) * len(more) > limit:
                    return None
                rows = tuple(tuple(dict.fromkeys((*row, *added))) for row in rows for added in more)
            return rows
        case AnyOf(parts):
            branches = [alternatives(part, limit) for part in parts]
            found = [row for branch in branches if branch is not None for row in branch]
            return tuple(found) if None not in branches and len(found) <= limit else None
        case _:
            return ((expression,),)


def canonical(expression: Expression | None) -> str:
    """A text that is the same for expressions that differ only in the order of their parts."""
    match expression:
        case AllOf(parts):
            return "+".join(
                sorted(f"({canonical(part)})" if isinstance(part, AnyOf) else canonical(part) for part in parts)
            )
        case AnyOf(parts):
            return "|".join(sorted(map(canonical, parts)))
        case _:
            return to_text(expression)


def code_of(text: str) -> str:
    """A code in the one spelling of records.codes: diagnoses begin with a letter, procedures with a digit."""
    return normalise_procedure(text) if text[:1].isdecimal() else normalise_diagnosis(text)


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ExpressionSyntaxError(text, position, f"no part of a code expression: {text[position]!r}")
        if found.lastgroup not in (None, "space"):
            yield _Token(found.lastgroup or "", found.group(), position)
        position = found.end()
    yield _Token("end", "", len(text))


class _Parser:
    """One recursive descent for every precedence: `loose` and `tight` are the marks of the two levels of joining."""

    def __init__(self, text: str, precedence: Precedence, commas: str | None, *, strict: bool) -> None:
        self.text = text
        self.strict = strict
        self.commas = commas
        self.levels = ("or", "and") if precedence is Precedence.AND_FIRST else ("and", "or")
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0

    def whole(self) -> Expression:
        """The tree of the whole text."""
        if self.strict:
            self._refuse_local_marks()
        expression = self._joined(0)
        if self._token.kind != "end":
            raise self._error("expected | or +" if self.strict else "expected a mark that joins codes")
        return expression

    def _refuse_local_marks(self) -> None:
        for token in self.tokens:
            if token.kind not in ("code", "pair", "end") and token.text not in _NORMAL_MARKS:
                raise ExpressionSyntaxError(
                    self.text, token.position, f"{token.text!r} is no mark of the normal grammar"
                )

    @property
    def _token(self) -> _Token:
        return self.tokens[self.place]

    def _error(self, message: str) -> ExpressionSyntaxError:
        found = f", found {self._token.text!r}" if self._token.text else ""
        return ExpressionSyntaxError(self.text, self._token.position, f"{message}{found}")

    def _take(self) -> _Token:
        token = self._token
        self.place += 1
        return token

    def _joined(self, level: int) -> Expression:
        """Parts joined by the marks of this level: 0 loose, 1 tight, 2 a single part."""
        if level == len(self.levels):
            return self._part()
        parts = [self._joined(level + 1)]
        while self._joins() == self.levels[level]:
            self._take()
            parts.append(self._joined(level + 1))
        return _join(AllOf if self.levels[level] == "and" else AnyOf, parts)

    def _joins(self) -> str:
        token = self._token
        if token.kind != "comma":
            return token.kind
        if self.commas is None:
            raise self._error("a comma joins codes only where the precedence is `all`")
        return self.commas

    def _part(self) -> Expression:
        token = self._token
        if token.kind == "open":
            return self._bracketed()
        if token.kind not in ("code", "pair", "any"):
            raise self._error("expected a code, * or (")
        self._take()
        if token.kind == "any":
            return Anything()
        if token.kind == "pair":
            return Code(code_of(token.text))
        return self._code(token)

    def _bracketed(self) -> Expression:
        if self.depth == _DEEPEST:
            raise self._error(f"more than {_DEEPEST} brackets inside each other")
        self.depth += 1
        self._take()
        inside = self._joined(0)
        if self._token.kind != "close":
            raise self._error("expected )")
        self._take()
        self.depth -= 1
        return inside

    def _code(self, token: _Token) -> Expression:
        first = code_of(token.text.removesuffix("*"))
        if self._token.kind != "to":
            return Code(first)
        self._take()
        if self._token.kind != "code":
            raise self._error("expected the last code of the range")
        last = code_of(self._token.text)
        if len(first) != len(last) or first[0].isdecimal() != last[0].isdecimal() or first > last or "*" in last:
            raise self._error(f"a range needs two codes of one length in order, as A00-B99; this one begins {first}")
        self._take()
        return Span(first, last)


def _join(kind: type[AllOf] | type[AnyOf], parts: list[Expression]) -> Expression:
    """One expression of the parts; those of the same kind are opened, repeated ones dropped."""
    flat: dict[Expression, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, kind) else (part,)
        flat.update(dict.fromkeys(inner))
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))
