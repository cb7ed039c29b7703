"""Text of spreadsheet cells and list files made uniform: spaces, artefacts, letter case, shapes of codes."""

from __future__ import annotations

import re
from functools import lru_cache

_ARTEFACTS = re.compile(
    r"(_x[0-9A-Fa-f]{4}_|[\s\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u3000\ufeff])+"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN_CODE = re.compile(r"[A-Z]?[0-9.x]+")
_PLACEHOLDER = re.compile(r"(?<![+])(?!^)X")

_CHAPTERED = r"[A-Z]\d[0-9A-Z]"
_SHAPES = {
    "DI": re.compile(
        rf"{_CHAPTERED}(\.(\d{{1,3}}|x\d\d)(x\d{{3,4}})?)?[*]?(\+{_CHAPTERED}(\.[\dx]\d{{0,2}})?[*])?"
        r"|M\d{4,5}/\d[*]?"
    ),
    "OP": re.compile(r"\d\d(\.(\d{1,4}|\dx\d\d|x\d\d)(x\d{3,4})?|\.\d{3}[\dA-Z]\d)?[*]?"),
}


def tidy(text: str) -> str:
    """The text with spreadsheet artefacts (`_x000D_`) and every kind of space folded to single plain spaces."""
    return _ARTEFACTS.sub(" ", text).strip()


def visible(text: str) -> str:
    """The text with invisible characters spelled out, for reports: a no-break space reads `\\u00a0`."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def heading(text: str) -> str:
    """A header or sheet name for comparison: no spaces, plain width, capitals."""
    return _ARTEFACTS.sub("", text).translate(_FULL_WIDTH).upper()


@lru_cache(maxsize=1 << 17)
def clean_code(text: str) -> str:
    """The code without spaces, in capitals but for the placeholder x: `k80.X00X001` is K80.x00x001."""
    if _PLAIN_CODE.fullmatch(text):
        return text
    return _PLACEHOLDER.sub("x", heading(text))


def has_shape(code: str, kind: str) -> bool:
    """Whether a clean code looks like a code of its kind, DI or OP, or like a category prefix that ends in *."""
    return _SHAPES[kind].fullmatch(code) is not None
