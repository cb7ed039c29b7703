"""The official rule language of the CHS-DRG configuration workbook: text to a tree, and nothing else.

Grammar and names: the NHSA workbook of 2026-09-09 (按病组（DRG）付费3.0版分组方案配置信息). The text of a rule is kept
as published; only white space and spreadsheet artefacts are folded before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NamedTuple

DIAGNOSIS_FIELDS = ("ZYZD", "QTZD")
PROCEDURE_FIELDS = ("ZYSS", "QTSS")
SCALAR_FIELDS = ("NL", "XB", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "KS", "HXJ", "ZZJH")
VIRTUAL_SETS = ("MCC", "CC")

_ARTEFACT = re.compile(r"_x[0-9A-Fa-f]{4}_|[\s\u00a0\u200b-\u200d\u2060\u3000\ufeff]+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TOKEN = re.compile(
    r"(?P<space> +)|(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<word>\w+)|(?P<op>>=|<=|[<>=])|(?P<mark>[(){},∩])"
)
_KEYWORDS = {"AND", "OR", "NOT", "IN", "LENGTH"}
_DEEPEST = 100  # published rules nest a handful deep; a damaged cell of 32,767 brackets must stay a rule error


class RuleSyntaxError(ValueError):
    """A rule text that the official grammar does not allow: the text, where in it, and what was expected."""

    def __init__(self, text: str, position: int, message: str) -> None:
        super().__init__(f"{message} at character {position + 1} of rule {text!r}")
        self.text = text
        self.position = position
        self.message = message


@dataclass(frozen=True)
class Constant:
    """Always true (an empty rule, a non-zero number) or always false (zero)."""

    holds: bool


@dataclass(frozen=True)
class And:
    """Every part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Or:
    """At least one part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold. `F not in S` reads as Not(Member)."""

    part: Rule


@dataclass(frozen=True)
class Member:
    """A code of any of the fields is in any of the sets; set MCC or CC means: has that level and is not excluded."""

    fields: tuple[str, ...]
    sets: tuple[str, ...]


@dataclass(frozen=True)
class Compare:
    """A scalar of the record against a number; a record without that scalar makes it false."""

    field: str
    op: str
    number: Decimal


@dataclass(frozen=True)
class Count:
    """How many distinct codes of the fields are in the set, against a number."""

    set_id: str
    fields: tuple[str, ...]
    op: str
    number: Decimal


Rule = Constant | And | Or | Not | Member | Compare | Count
ALWAYS = Constant(True)


def fold(text: str) -> str:
    """The text with spreadsheet artefacts (`_x000D_`), full-width marks and all kinds of space made plain."""
    return _ARTEFACT.sub(" ", text.translate(_FULL_WIDTH)).strip()


@cache
def parse(text: str, derived: tuple[str, ...] = ()) -> Rule:
    """The tree of a rule text; empty text always holds. Raises RuleSyntaxError.

    derived: names of scalars that are computed from the record's codes and that this rule may compare too.
    """
    folded = fold(text)
    if not folded:
        return ALWAYS
    parser = _Parser(folded, SCALAR_FIELDS + derived)
    rule = parser.alternatives()
    parser.expect_end()
    return rule


def walk(rule: Rule) -> Iterator[Rule]:
    """The rule and every part of it, outermost first."""
    yield rule
    match rule:
        case And(parts) | Or(parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case _:
            return


def sets_of(rule: Rule) -> frozenset[str]:
    """Every set the rule names, the virtual sets MCC and CC among them."""
    names: set[str] = set()
    for part in walk(rule):
        if isinstance(part, Member):
            names.update(part.sets)
        elif isinstance(part, Count):
            names.add(part.set_id)
    return frozenset(names)


def fields_of(rule: Rule) -> frozenset[str]:
    """Every field the rule reads."""
    names: set[str] = set()
    for part in walk(rule):
        if isinstance(part, Member | Count):
            names.update(part.fields)
        elif isinstance(part, Compare):
            names.add(part.field)
    return frozenset(names)


def text_of(rule: Rule) -> str:
    """The rule in the official language again, plainly spaced; `parse` reads it back to the same tree."""
    match rule:
        case Constant(holds):
            return "1" if holds else "0"
        case And(parts):
            return " and ".join(_enclosed(part) for part in parts)
        case Or(parts):
            return " or ".join(_enclosed(part) for part in parts)
        case Not(Member(fields, sets)):
            return f"{_braced(fields)} not in {_braced(sets)}"
        case Not(part):
            return f"not {_enclosed(part)}"
        case Member(fields, sets):
            return f"{_braced(fields)} in {_braced(sets)}"
        case Compare(field, op, number):
            return f"{field} {op} {number:f}"
        case Count(set_id, fields, op, number):
            return f"length({set_id} ∩ {_braced(fields)}) {op} {number:f}"


def asks_for_codes(rule: Rule) -> bool:
    """Whether the rule reads codes of the record, beyond the levels MCC and CC."""
    return any(
        isinstance(part, Count) or (isinstance(part, Member) and not set(part.sets) <= set(VIRTUAL_SETS))
        for part in walk(rule)
    )


def compares(value: Decimal, op: str, number: Decimal) -> bool:
    """Whether a value stands so to a number."""
    return {
        "<": value < number,
        "<=": value <= number,
        "=": value == number,
        ">=": value >= number,
        ">": value > number,
    }[op]


def _enclosed(rule: Rule) -> str:
    return f"({text_of(rule)})" if isinstance(rule, And | Or) else text_of(rule)


def _braced(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{{{', '.join(names)}}}"


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


class _Parser:
    """Recursive descent over the tokens of one folded rule text."""

    def __init__(self, text: str, scalars: tuple[str, ...]) -> None:
        self.text = text
        self.scalars = scalars
        self.tokens = list(self._tokens())
        self.next = 0
        self.depth = 0

    def _tokens(self) -> Iterator[_Token]:
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise RuleSyntaxError(self.text, position, f"unknown character {self.text[position]!r}")
            kind = match.lastgroup or ""
            word = match.group().upper()
            if kind != "space":
                yield _Token("keyword" if word in _KEYWORDS else kind, word, position)
            position = match.end()
        yield _Token("end", "", len(self.text))

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def fail(self, expected: str) -> RuleSyntaxError:
        found = self.token.text or "the end"
        return RuleSyntaxError(self.text, self.token.position, f"expected {expected}, found {found}")

    def accept(self, text: str) -> bool:
        if self.token.text != text or self.token.kind == "end":
            return False
        self.next += 1
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.fail(text)

    def take(self, kind: str, what: str) -> str:
        if self.token.kind != kind:
            raise self.fail(what)
        self.next += 1
        return self.tokens[self.next - 1].text

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.fail("and, or, or the end")

    def alternatives(self) -> Rule:
        parts = [self.conjunction()]
        while self.accept("OR"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self) -> Rule:
        parts = [self.negation()]
        while self.accept("AND"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negation(self) -> Rule:
        if self.depth == _DEEPEST:
            raise RuleSyntaxError(self.text, self.token.position, f"more than {_DEEPEST} parts inside each other")
        self.depth += 1
        rule = Not(self.negation()) if self.accept("NOT") else self.atom()
        self.depth -= 1
        return rule

    def atom(self) -> Rule:
        if self.accept("("):
            inside = self.alternatives()
            self.expect(")")
            return inside
        if self.token.kind == "number":
            return Constant(Decimal(self.take("number", "a number")) != 0)
        if self.accept("LENGTH"):
            return self.count()
        if self.token.text in self.scalars:
            field = self.take("word", "a field")
            return Compare(field, self.take("op", "a comparison"), Decimal(self.take("number", "a number")))
        return self.membership()

    def count(self) -> Count:
        self.expect("(")
        set_id = self.take("word", "a set")
        self.expect("∩")
        fields = self.fields()
        self.expect(")")
        return Count(set_id, fields, self.take("op", "a comparison"), Decimal(self.take("number", "a number")))

    def membership(self) -> Rule:
        fields = self.fields()
        negated = self.accept("NOT")
        self.expect("IN")
        member = Member(fields, self.names("a set"))
        return Not(member) if negated else member

    def fields(self) -> tuple[str, ...]:
        start = self.token.position
        fields = self.names("a field")
        kinds = {field in DIAGNOSIS_FIELDS for field in fields}
        unknown = [field for field in fields if field not in DIAGNOSIS_FIELDS + PROCEDURE_FIELDS]
        if unknown:
            raise RuleSyntaxError(self.text, start, f"unknown field {unknown[0]}")
        if len(kinds) > 1:
            raise RuleSyntaxError(self.text, start, "diagnosis and procedure fields cannot be asked together")
        return fields

    def names(self, what: str) -> tuple[str, ...]:
        if not self.accept("{"):
            return (self.take("word", what),)
        names = [self.take("word", what)]
        while self.accept(","):
            names.append(self.take("word", what))
        self.expect("}")
        return tuple(names)
