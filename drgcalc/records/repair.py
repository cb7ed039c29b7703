"""Damaged codes (编码损坏): what a malformed code may have been before a spreadsheet or a keyboard got at it.

The damages: leading and trailing zeros lost (`6.3100`, `47.01`), the filler `x00` left out (`I10`), the point lost
(`K80302`), the letter O for a zero, a zero for the letter O in front, a multiplication sign for `x`. Every code that
one text can come from so is listed; which of them exist only a scheme's own list of codes can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product

from drgcalc.records.code_list import CodeList

_LETTERS = str.maketrans({"O": "0", "×": "x"})
_DIAGNOSIS_TAIL = re.compile(r"([\dx]?\d{0,2})(?:x(\d{1,3}))?", re.ASCII)
_PROCEDURE_TAIL = re.compile(r"(\d[\dx]?\d{0,2}|\d{3}[0-9A-Z]\d?)(?:x(\d{1,3}))?", re.ASCII)
_DIAGNOSIS_PLACES = 3
_PROCEDURE_PLACES = (4, 5)
"""Behind the point of a procedure stand four characters, or five in codes of traditional medicine (`17.912A0`)."""


def candidates(variants: Iterable[str], known: CodeList) -> tuple[str, ...]:
    """Those of the variants of a code that a scheme knows, sorted; two or more are ambiguous.

    Codes that the scheme names go before codes of which it names only the category: of these the shortest, since a
    category holds whatever begins so.
    """
    found = {variant for variant in variants if known.holds(variant)}
    named = {variant for variant in found if known.names(variant)}
    shortest = min(map(len, found), default=0)
    return tuple(sorted(named or {variant for variant in found if len(variant) == shortest}))


def diagnosis_variants(code: str) -> Iterator[str]:
    """Every ICD-10 code that the normalised, malformed `code` can come from; not all of them are well formed."""
    main, plus, asterisk = code.partition("+")
    star = "*" if main.endswith("*") else ""
    ending = star + plus + (_first_a_letter(asterisk) if asterisk else "")
    for variant in _main_variants(_first_a_letter(main.removesuffix("*"))):
        yield variant + ending


def procedure_variants(code: str) -> Iterator[str]:
    """Every ICD-9-CM-3 code that the normalised, malformed `code` can come from; not all of them are well formed."""
    digits = code.translate(_LETTERS)
    if "." in digits:
        head, _, tail = digits.partition(".")
        splits = [(head, tail)]
    else:
        splits = [(digits[:2], digits[2:]), (digits[:1], digits[1:])]
    for head, tail in splits:
        found = _PROCEDURE_TAIL.fullmatch(tail)
        if found:
            endings = product(_procedure_places(found[1]), _extensions(found[2]))
            yield from (f"{head.zfill(2)}.{places}{extension}" for places, extension in endings)


def _first_a_letter(code: str) -> str:
    first = "O" if code[:1] == "0" else code[:1]
    return first + code[1:].translate(_LETTERS)


def _main_variants(code: str) -> Iterator[str]:
    head, _, tail = code.partition(".") if "." in code else (code[:3], "", code[3:])
    found = _DIAGNOSIS_TAIL.fullmatch(tail)
    if found:
        # A category alone (I10) is never filled with zeros: K80 is not K80.000, which is a disease of its own.
        places = found[1].ljust(_DIAGNOSIS_PLACES, "0") if found[1] else "x00"
        category = head[:1] + head[1:].zfill(2)
        yield from (f"{category}.{places}{extension}" for extension in _extensions(found[2]))


def _procedure_places(text: str) -> Iterator[str]:
    yield from (text.ljust(places, "0") for places in _PROCEDURE_PLACES)
    if len(text) == 1:
        yield f"{text}x00"


def _extensions(digits: str | None) -> tuple[str, ...]:
    """The extension `x001` with the zeros that it may have lost in front or behind."""
    return (f"x{digits.zfill(3)}", f"x{digits.ljust(3, '0')}") if digits else ("",)
