"""Headers to canonical columns: the alias table, one or two header rows, lists in numbered columns, sums of columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from drgcalc.base.columns import RECORDS
from drgcalc.base.errors import Finding, InputError, RulesError
from drgcalc.base.proof_columns import REJECTED
from drgcalc.records.checks import file_finding
from drgcalc.records.codes import fold

REGION = "region.toml"
LISTS = ("diagnoses", "procedures")
NAMES_OF_ROWS = ("source_file", "source_row")
"""The columns by which a corrected row names the row that it replaces."""
SECOND_ROW_MATCHES = 3
_SHOWN = 40
_UNIT = re.compile(r"\([^()]*\)$")
_NUMBER = "{n}"


class Alias(NamedTuple):
    """One row of aliases.csv. header may be `a+b` (a sum) or hold `{n}` (numbers); position: in lists."""

    canonical: str
    system: str
    header: str
    position: str


class HeaderColumn(NamedTuple):
    """One column of a file that is used: its number from 0, its header, its place in a list (0 for other columns)."""

    number: int
    header: str
    position: int


@dataclass(frozen=True)
class Layout:
    """How a file's columns become canonical ones.

    columns: canonical name -> columns of the file. A list column has several in order; another one has one, or several
    whose amounts are added. rows: how many rows the header has. replaces: the columns that name the row which a row
    replaces, if the file has them. is_keyed: persons come as keys, which are hashed already.
    """

    columns: Mapping[str, tuple[HeaderColumn, ...]]
    rows: int
    findings: tuple[Finding, ...]
    replaces: tuple[HeaderColumn, ...] = ()
    is_keyed: bool = False


@cache
def built_in_aliases() -> tuple[Alias, ...]:
    """The alias table of the package: canonical names first, then aliases.csv in its order."""
    table = resources.files("drgcalc.records").joinpath("aliases.csv").read_text(encoding="utf-8")
    both = ((column, f"{column.chinese} {column.name}") for column in RECORDS.columns)
    own = [Alias(column.name, "canonical", column.name, "0") for column in RECORDS.columns]
    own += [Alias(column.name, "canonical", header, "0") for column, header in both]
    own += [Alias("person_id", "canonical", header, "0") for header in _headers_of("person_key")]
    numbered = [Alias(name, "canonical", f"{name}_{_NUMBER}", "n") for name in LISTS]
    return (*own, *numbered, *(Alias(**row) for row in csv.DictReader(table.splitlines())))


def _headers_of(name: str) -> tuple[str, str, str]:
    """The headers under which a column of rejected.csv may come back."""
    column = REJECTED.column(name)
    return name, column.chinese, f"{column.chinese} {name}"


def region_aliases(extra: Mapping[str, Sequence[str]]) -> tuple[Alias, ...]:
    """The aliases of region.toml [aliases]. Raises RulesError for a canonical name that does not exist."""
    unknown = sorted(set(extra) - set(RECORDS.names()))
    if unknown:
        raise RulesError(
            f"region.toml [aliases]: {unknown[0]} is no column of records",
            hint=f"columns are: {', '.join(RECORDS.names())}",
        )
    return tuple(
        Alias(canonical, REGION, header, "n" if _NUMBER in header else str(place))
        for canonical, headers in extra.items()
        for place, header in enumerate(headers)
    )


def match(rows: Sequence[Sequence[str]], file: str, extra: Sequence[Alias], required: Sequence[str]) -> Layout:
    """The layout of a file whose first rows are `rows` (one for Parquet, two for CSV and XLSX).

    Raises InputError when a `required` column is missing or doubled; other surprises become findings. Aliases of the
    region win over built-in ones for the same column.
    """
    header, count = _header(rows, (*extra, *built_in_aliases()))
    keys = [tuple(_keys(names)) for names in header]
    columns: dict[str, tuple[HeaderColumn, ...]] = {}
    doubled: dict[str, tuple[HeaderColumn, ...]] = {}
    for canonical in RECORDS.names():
        own = [alias for alias in extra if alias.canonical == canonical]
        known = [alias for alias in built_in_aliases() if alias.canonical == canonical]
        found = _find(canonical, own, header, keys) or _find(canonical, known, header, keys)
        if not found:
            continue
        columns[canonical] = found[0]
        if len(found) > 1:
            doubled[canonical] = tuple(column for way in found[1:] for column in way)
            _refuse_doubled(canonical, found, file, required)
    _refuse_missing(columns, header, file, required)
    replaces = _replaces(header, keys)
    person_keys = {number for number, _, _ in _named("person_key", header, keys)}
    return Layout(
        columns=columns,
        rows=count,
        findings=_findings(file, header, {**columns, "": replaces}, doubled, count),
        replaces=replaces,
        is_keyed=any(column.number in person_keys for column in columns.get("person_id", ())),
    )


def _replaces(header: Sequence[tuple[str, ...]], keys: Sequence[tuple[str, ...]]) -> tuple[HeaderColumn, ...]:
    """The two columns that name the row to replace; none unless both are there."""
    found = [_named(name, header, keys) for name in NAMES_OF_ROWS]
    return tuple(columns[0] for columns in found) if all(found) else ()


def _named(name: str, header: Sequence[tuple[str, ...]], keys: Sequence[tuple[str, ...]]) -> list[HeaderColumn]:
    """The columns of the file under one of the headers that a column of rejected.csv has."""
    aliases = (Alias(name, "canonical", spelled, "0") for spelled in _headers_of(name))
    return [column for alias in aliases for column in _columns(alias, alias.header, header, keys)]


def _header(rows: Sequence[Sequence[str]], aliases: Sequence[Alias]) -> tuple[list[tuple[str, ...]], int]:
    """For each column the texts that may name it (two with two header rows), and the number of header rows."""
    scores = [_score(row, aliases) for row in rows[:2]]
    two = len(scores) == 2 and scores[1] >= SECOND_ROW_MATCHES
    used = rows[:2] if two else rows[:1]
    width = max((len(row) for row in used), default=0)
    return [tuple(row[index] for row in used if index < len(row)) for index in range(width)], len(used)


def _score(row: Sequence[str], aliases: Sequence[Alias]) -> int:
    exact = {
        key
        for alias in aliases
        if _NUMBER not in alias.header
        for part in alias.header.split("+")
        for key in _keys((part,))
    }
    patterns = [_pattern(alias.header) for alias in aliases if _NUMBER in alias.header]
    return sum(any(key in exact or any(p.fullmatch(key) for p in patterns) for key in _keys((cell,))) for cell in row)


def _keys(names: Sequence[str]) -> list[str]:
    """The spellings under which a header is looked up: folded, without the star of obligation, without its unit."""
    keys = []
    for name in names:
        key = fold(name).lower().rstrip("*")
        keys += [key, _UNIT.sub("", key)] if _UNIT.search(key) else [key]
    return [key for key in keys if key]


def _pattern(header: str) -> re.Pattern[str]:
    return _compiled(_keys((header,))[0])


@cache
def _compiled(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(re.escape(_NUMBER), r"(\d{1,3})"))


def _find(
    canonical: str, aliases: Sequence[Alias], header: Sequence[tuple[str, ...]], keys: Sequence[tuple[str, ...]]
) -> list[tuple[HeaderColumn, ...]]:
    """The ways in which the file gives a canonical column, best first; for a list all its columns are one way."""
    if canonical in LISTS:
        members = {column.number: column for alias in aliases for column in _columns(alias, alias.header, header, keys)}
        return _list_ways(sorted(members.values(), key=lambda column: (column.position, column.number)))
    ways: list[tuple[HeaderColumn, ...]] = []
    used: set[int] = set()
    for alias in aliases:
        parts = [_columns(alias, part, header, keys) for part in alias.header.split("+")]
        if len(parts) > 1:
            if all(parts) and not ways:
                ways.append(tuple(part[0] for part in parts))
            continue
        ways += [(column,) for column in parts[0] if column.number not in used]
        used |= {column.number for column in parts[0]}
    return ways


def _list_ways(ordered: Sequence[HeaderColumn]) -> list[tuple[HeaderColumn, ...]]:
    """The list's columns as the one way; columns that claim a place already taken are further ways."""
    first = {column.position: column for column in reversed(ordered)}
    kept = [column for column in ordered if first[column.position] is column]
    return ([tuple(kept)] if kept else []) + [(column,) for column in ordered if column not in kept]


def _columns(
    alias: Alias, name: str, header: Sequence[tuple[str, ...]], keys: Sequence[tuple[str, ...]]
) -> list[HeaderColumn]:
    if _NUMBER not in name:
        wanted = _keys((name,))[0]
        place = int(alias.position or 0)
        return [HeaderColumn(index, header[index][0], place) for index, spelled in enumerate(keys) if wanted in spelled]
    pattern = _pattern(name)
    hits = ((index, pattern.fullmatch(key)) for index, spelled in enumerate(keys) for key in spelled)
    return [HeaderColumn(index, header[index][0], int(hit.group(1))) for index, hit in hits if hit]


def _refuse_doubled(
    canonical: str, found: Sequence[tuple[HeaderColumn, ...]], file: str, required: Sequence[str]
) -> None:
    if canonical in required:
        names = ", ".join(column.header for way in found for column in way)
        raise InputError(
            f"{file}: {len(found)} columns mean {canonical} ({RECORDS.column(canonical).chinese}): {names}",
            hint=f"remove all but one, or choose one in region.toml: [aliases] {canonical} = [...]",
        )


def _refuse_missing(
    columns: Mapping[str, object], header: Sequence[tuple[str, ...]], file: str, required: Sequence[str]
) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        names = " ".join(f"{name} ({RECORDS.column(name).chinese})" for name in missing)
        shown = ", ".join(names[0] for names in header[:_SHOWN] if names)
        more = f" and {len(header) - _SHOWN} more" if len(header) > _SHOWN else ""
        raise InputError(
            f"{file}: no column for {names}; the header is: {shown}{more}",
            hint=f"rename the column, or name it in region.toml: [aliases] {missing[0]} = [...]",
        )


def _findings(
    file: str,
    header: Sequence[tuple[str, ...]],
    columns: Mapping[str, tuple[HeaderColumn, ...]],
    doubled: Mapping[str, tuple[HeaderColumn, ...]],
    count: int,
) -> tuple[Finding, ...]:
    """What there is to tell about the header; a further column of one meaning is told as that and not as unknown."""
    known = {column.number for group in (*columns.values(), *doubled.values()) for column in group}
    ignored = [names[0] for index, names in enumerate(header) if index not in known and names and names[0].strip()]
    found = []
    if ignored:
        more = f" and {len(ignored) - _SHOWN} more" if len(ignored) > _SHOWN else ""
        found.append(file_finding("F101", file, ", ".join(ignored[:_SHOWN]) + more))
    if count > 1:
        found.append(file_finding("F104", file, ""))
    for canonical, further in doubled.items():
        headers = ", ".join(column.header for column in (columns[canonical][0], *further))
        found.append(file_finding("F105", file, f"{canonical}: {headers}"))
    return tuple(found)
