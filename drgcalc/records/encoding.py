"""The encoding of a text file, found strictly: BOM, UTF-8, then GB18030; never a guess, never a replaced character.

GB18030 accepts most UTF-8 Chinese without complaint, so UTF-8 must be tried first.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from drgcalc.base.errors import InputError

UTF_8 = "utf-8"
UTF_8_BOM = "utf-8-sig"
GB18030 = "gb18030"
_CHUNK = 1 << 20
_REFUSED_STARTS = (
    (codecs.BOM_UTF16_LE, "UTF-16 text"),
    (codecs.BOM_UTF16_BE, "UTF-16 text"),
    (b"PK\x03\x04", "a zip or XLSX file"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
)


def detect(path: Path, name: str) -> str:
    """The encoding of the whole file: "utf-8", "utf-8-sig" (with BOM) or "gb18030". `name` names the file in messages.

    Raises InputError with the byte offset when it is none of them, and when it is no text at all.
    """
    with path.open("rb") as file:
        start = file.read(8)
    for mark, what in _REFUSED_STARTS:
        if start.startswith(mark):
            raise InputError(
                f"{name}: the file is {what}, not CSV text", hint="save it as CSV UTF-8, or give it its right suffix"
            )
    offset = first_undecodable(path, UTF_8)
    if offset is None:
        return UTF_8_BOM if start.startswith(codecs.BOM_UTF8) else UTF_8
    if start.startswith(codecs.BOM_UTF8):
        raise InputError(f"{name}: marked as UTF-8, but byte {offset} is not", hint="export it again as CSV UTF-8")
    other = first_undecodable(path, GB18030)
    if other is None:
        return GB18030
    raise InputError(
        f"{name}: neither UTF-8 (byte {offset} breaks it) nor GB18030 (byte {other} breaks it)",
        hint="export it again as CSV UTF-8",
    )


def first_undecodable(path: Path, encoding: str) -> int | None:
    """The offset of the first byte that strict decoding refuses (NUL too), or None when the whole file decodes."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            if b"\0" in chunk:
                return done + chunk.index(b"\0")
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done - pending + error.start
            if not chunk:
                return None
            done += len(chunk)


def to_utf8(path: Path, encoding: str, target: Path) -> None:
    """Write the text of `path` to `target` as UTF-8 without BOM, piece by piece; line ends are kept as they are."""
    with path.open(encoding=encoding, newline="") as source, target.open("w", encoding=UTF_8, newline="") as copy:
        while text := source.read(_CHUNK):
            copy.write(text)
