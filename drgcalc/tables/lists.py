"""The lists of the OpenDRG text layout: files of code lines under headings in words, and the rules they amount to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import InputError
from drgcalc.tables.cells import clean_code, has_shape, heading, tidy

_ALL_PROCEDURES = re.compile("全部手术")
_HEADINGS = (
    (re.compile("主要诊断或其他诊断"), "DI", "{ZYZD, QTZD}"),
    (re.compile("其他诊断"), "DI", "QTZD"),
    (re.compile("主要诊断|以下诊断"), "DI", "ZYZD"),
    (re.compile("同时包含以下手术"), "OP", "{ZYSS, QTSS}"),
    (re.compile("主要手术|以下手术"), "OP", "ZYSS"),
)
_AND = ("和", "且", "并", "同时")
_OR = ("或", "或者")


class Line(NamedTuple):
    """A line of a list file that is not blank: its number from 1 and its text with spaces folded."""

    number: int
    text: str

    @property
    def first(self) -> str:
        """What stands before the first space: the code, where the line has one."""
        return self.text.split(" ", 1)[0]

    @property
    def rest(self) -> str:
        """What stands behind the first space: the name."""
        return self.text.partition(" ")[2]


class ListedSet(NamedTuple):
    """A set a file lists, and the lines its codes stand in."""

    set_id: str
    kind: str
    codes: list[tuple[int, str]]


@dataclass
class Reading:
    """What a file of blocks amounts to: a rule text, its sets, the headings, and the lines nobody understands."""

    rule: str = ""
    sets: list[ListedSet] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    unknown: list[Line] = field(default_factory=list)


def read_lines(path: Path) -> list[Line]:
    """The lines of a list file, UTF-8 or GB18030. Raises InputError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="the folder lacks a list") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        lines = (Line(number, tidy(line)) for number, line in enumerate(text.split("\n"), start=1))
        return [line for line in lines if line.text]
    raise InputError(f"{path} is neither UTF-8 nor GB18030", hint="save it as UTF-8")


def read_conditions(path: Path, code: str, default: str) -> Reading:
    """The conditions of one MDC or ADRG. Blocks are joined by and, by or where a line says 或; inside a block a line
    和 asks for a code of the next list too. `default` is the heading of codes that stand above the first one."""
    reading = Reading()
    names = _names(code)
    alternatives: list[list[str]] = [[]]
    kinds: dict[str, tuple[str, ListedSet | None]] = {}
    for line in [Line(0, default), *read_lines(path)]:
        kind = _kind_of(line.first)
        if kind in kinds:
            fields, listed = kinds[kind]
            if listed is None:
                listed = ListedSet(next(names[kind]), kind, [])
                kinds[kind] = fields, listed
                reading.sets.append(listed)
                alternatives[-1].append(f"{fields} in {listed.set_id}")
            listed.codes.append((line.number, clean_code(line.first, kind)))
        elif line.text in _AND or line.text in _OR:
            kinds = {kind: (fields, None) for kind, (fields, _) in kinds.items()}
            if line.text in _OR:
                alternatives.append([])
        elif _ALL_PROCEDURES.search(line.text):
            alternatives[-1].append("ZYSS in OP_ALL")
            reading.words.append(line.text)
        elif kind or not (asked := _headings_in(line.text)):
            reading.unknown.append(line)
        else:
            kinds = {kind: (fields, None) for kind, fields in asked}
            if line.number:
                reading.words.append(line.text)
    conditions = [" and ".join(parts) for parts in alternatives if parts]
    reading.rule = conditions[0] if len(conditions) == 1 else " or ".join(f"({part})" for part in conditions)
    return reading


def read_regions(path: Path, code: str) -> Reading:
    """The gate of multiple trauma: blocks of diagnoses, one a body region under any heading; a principal diagnosis
    in one region and another diagnosis in a different one."""
    reading = Reading()
    for line in read_lines(path):
        if _kind_of(line.first) != "DI":
            reading.words.append(line.text)
            reading.sets.append(ListedSet(f"DI{len(reading.sets) + 1}_{code}", "DI", []))
        elif reading.sets:
            reading.sets[-1].codes.append((line.number, clean_code(line.first, "DI")))
        else:
            reading.unknown.append(line)
    reading.sets = [listed for listed in reading.sets if listed.codes]
    names = [listed.set_id for listed in reading.sets]
    others = [", ".join(name for name in names if name != own) for own in names]
    reading.rule = " or ".join(
        f"(ZYZD in {own} and QTZD in {{{rest}}})" for own, rest in zip(names, others, strict=True) if rest
    )
    return reading


def _names(code: str) -> dict[str, Iterator[str]]:
    """Names for the sets of a group as the official workbook gives them: DI_BB1, DI1_BB1, DI2_BB1 …"""

    def numbered(kind: str) -> Iterator[str]:
        yield f"{kind}_{code}"
        number = 1
        while True:
            yield f"{kind}{number}_{code}"
            number += 1

    return {kind: numbered(kind) for kind in ("DI", "OP")}


def _kind_of(text: str) -> str:
    """DI or OP when the text is written as such a code, "" when it is not."""
    return next((kind for kind in ("DI", "OP") if has_shape(clean_code(text, kind), kind)), "")


def _headings_in(text: str) -> list[tuple[str, str]]:
    """The kinds of code a heading asks for and in which fields, each kind once."""
    asked: dict[str, str] = {}
    plain = heading(text)
    for pattern, kind, fields in _HEADINGS:
        if kind not in asked and pattern.search(plain):
            asked[kind] = fields
    return list(asked.items())
