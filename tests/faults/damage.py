"""Ways to damage a file: what transfers, disks, editors and exports do to it. Seeded: every case can be redone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Damage = Callable[[bytes, random.Random], bytes]

CELLS = (
    "", "-", "NULL", "1.23E+17", "=1+1", "+cmd", "@x", "'-1", "10,00", "1,000.00", "-0", "9" * 20, "1e309", "NaN",
    "2024-02-30", "45419", "2024-05-07T03:04:05Z", "9999-12-31", "0001-01-01", "男", "Ｈ００１", "\u200b", "\x00", "\n",
    '"', '""', "a|b|c", " | ", "||||", "K80.302", "I63.900x001|I10.x00", "A" * 5000, "\ufeff", "\r", ";", "\t", "1/2/3",
    "2天/3小时", "0.005", "1.005", "true", "是", "390", "%", "5%", "\ud7ff", "\u202e", "；", "、",
)  # fmt: skip


def cut(content: bytes, chance: random.Random) -> bytes:
    """A transfer that broke off."""
    return content[: chance.randrange(len(content) + 1)]


def flip(content: bytes, chance: random.Random) -> bytes:
    """A few bytes that are others."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if damaged:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def blank(content: bytes, chance: random.Random) -> bytes:
    """A block of zeros, as file systems leave after a crash."""
    start = chance.randrange(len(content) + 1)
    length = min(chance.randint(1, 4096), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


def repeat(content: bytes, chance: random.Random) -> bytes:
    """A block written twice."""
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.randint(1, 2048))
    return content[:end] + content[start:]


def drop(content: bytes, chance: random.Random) -> bytes:
    """A block that is missing."""
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.randint(1, 2048) :]


def join(content: bytes, chance: random.Random) -> bytes:
    """Something else before or behind."""
    other = chance.choice([b"\n", b"\xef\xbb\xbf", b"PK\x03\x04", b"\xff\xfe", b"<html>", content, bytes(16), b"\x1a"])
    return other + content if chance.random() < 0.5 else content + other


def replace_text(content: bytes, chance: random.Random) -> bytes:
    """One character, quote, bracket or line end for another."""
    marks = [b",", b"\n", b'"', b"\r\n", b"|", b"=", b"[", b"]", b"{", b"}", b"#", b"-", b".", b"0", b"1"]
    return content.replace(chance.choice(marks), chance.choice([*marks, b""]), chance.randint(1, 3))


def recode(content: bytes, chance: random.Random) -> bytes:
    """Saved in another encoding."""
    try:
        return content.decode("utf-8-sig").encode(chance.choice(["gb18030", "utf-16", "utf-8-sig", "big5", "latin-1"]))
    except UnicodeError:
        return flip(content, chance)


def spoil_cells(content: bytes, chance: random.Random) -> bytes:
    """Cells of a table that hold something else, columns that are exchanged, rows that come twice."""
    try:
        rows = [line.split(",") for line in content.decode("utf-8-sig").split("\n")]
    except UnicodeError:
        return flip(content, chance)
    for _ in range(chance.randint(1, 6)):
        row = chance.choice(rows)
        match chance.randrange(6):
            case 0:
                rows.append(list(row))
            case 1:
                row.append(chance.choice(CELLS))
            case 2 if len(row) > 1:
                row.pop(chance.randrange(len(row)))
            case _:
                row[chance.randrange(len(row))] = chance.choice(CELLS)
    if chance.random() < 0.2:
        chance.shuffle(rows[0])
    return "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")


BINARY: Sequence[Damage] = (cut, flip, flip, blank, repeat, drop, join)
TEXT: Sequence[Damage] = (cut, flip, blank, repeat, drop, join, replace_text, replace_text, recode)
TABLE: Sequence[Damage] = (*TEXT, *(spoil_cells,) * len(TEXT))


def damaged(content: bytes, ways: Sequence[Damage], chance: random.Random) -> bytes:
    """`content`, damaged in one way or in several."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        content = chance.choice(ways)(content, chance)
    return content
