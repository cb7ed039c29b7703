"""Text of spreadsheet cells and list files made uniform: spaces, artefacts, letter case, shapes of codes."""

from __future__ import annotations

import re
from functools import lru_cache

from drgcalc.grouping.facts import is_prefix
from drgcalc.records.codes import (
    DIAGNOSIS,
    PROCEDURE,
    is_diagnosis,
    is_procedure,
    normalise_diagnosis,
    normalise_procedure,
)

_ARTEFACTS = re.compile(
    r"(_x[0-9A-Fa-f]{4}_|[\s\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u3000\ufeff])+"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NORMALISE = {DIAGNOSIS: normalise_diagnosis, PROCEDURE: normalise_procedure}
_IS_CODE = {DIAGNOSIS: is_diagnosis, PROCEDURE: is_procedure}
_PREFIX_SHAPES = {
    DIAGNOSIS: re.compile(r"[A-Z]\d?\d?(\.[\dx]{0,3}(x\d{0,3})?)?[*]"),
    PROCEDURE: re.compile(r"\d{1,2}(\.[\dx]{0,4}(x\d{0,3})?)?[*]"),
}


@lru_cache(maxsize=1 << 14)
def tidy(text: str) -> str:
    """The text with spreadsheet artefacts (`_x000D_`) and every kind of space folded to single plain spaces."""
    return _ARTEFACTS.sub(" ", text).strip()


def visible(text: str) -> str:
    """The text with invisible characters spelled out, for reports: a no-break space reads `\\u00a0`."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


@lru_cache(maxsize=1 << 14)
def heading(text: str) -> str:
    """A header or sheet name for comparison: no spaces, plain width, capitals."""
    return _ARTEFACTS.sub("", text).translate(_FULL_WIDTH).upper()


@lru_cache(maxsize=1 << 18)
def clean_code(text: str, kind: str) -> str:
    """The code of kind DI or OP in the one spelling of records.codes: `k80.X00X001` is K80.x00x001."""
    return _NORMALISE[kind](_ARTEFACTS.sub("", text))


@lru_cache(maxsize=1 << 18)
def has_shape(code: str, kind: str) -> bool:
    """Whether a clean code is written as codes of its kind are, or as a category prefix that ends in *."""
    return _IS_CODE[kind](code) or (is_prefix(code) and _PREFIX_SHAPES[kind].fullmatch(code) is not None)
