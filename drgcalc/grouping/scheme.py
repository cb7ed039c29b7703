"""A scheme (分组方案): the neutral table folder that holds MDC, ADRG and DRG rows with the official rule texts."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from drgcalc.base.columns import SCHEME_TABLES, Table
from drgcalc.base.errors import RulesError
from drgcalc.grouping.rules import VIRTUAL_SETS, RuleSyntaxError, parse, sets_of
from drgcalc.records.codes import normalise_diagnosis, normalise_procedure

REQUIRED_KEYS = (
    "id", "title", "kind", "edition", "source", "license_note", "diagnosis_codes", "procedure_codes", "sha256",
)  # fmt: skip
OPTIONAL_KEYS = ("imported_from", "amendments", "options")
TABLE_KEYS = ("sha256", "imported_from", "amendments", "options")
COMPLICATION_LEVELS = ("MCC", "CC")


class Status(StrEnum):
    """What became of a record (入组状态)."""

    GROUPED = "grouped"
    AMBIGUOUS = "ambiguous"
    UNGROUPED = "ungrouped"
    EXCLUDED = "excluded"
    REJECTED = "rejected"


class MdcRow(NamedTuple):
    """A major diagnostic category (主要诊断大类) and its gate."""

    code: str
    name: str
    rule: str
    seq: int


class AdrgRow(NamedTuple):
    """An adjacent DRG (核心病组), an ambiguous row (?QY) or a fall-back row of one MDC."""

    code: str
    name: str
    rule: str
    mdc: str
    seq: int


class DrgRow(NamedTuple):
    """A DRG (病组) of one ADRG of one MDC."""

    code: str
    name: str
    rule: str
    adrg: str
    mdc: str
    seq: int


class CcRow(NamedTuple):
    """A complication or comorbidity: code or prefix, MCC or CC, and the exclusion table ("" if none)."""

    code: str
    level: str
    exclusion_set: str


class CodeSet(NamedTuple):
    """The members of a set; a code that ends in * stands for everything that begins so."""

    kind: str
    codes: frozenset[str]


@dataclass(frozen=True)
class SchemeOptions:
    """Local rules that the rule texts cannot say, all off unless scheme.toml [options] sets them.

    newborn_weight_days: a newborn of at most so many days without any weight is ungrouped (新生儿需填体重).
    retry_other_procedures: when nothing matched, try each other procedure as the main one, in order (Zhejiang).
    """

    newborn_weight_days: int | None = None
    retry_other_procedures: bool = False


@dataclass(frozen=True)
class Scheme:
    """A loaded scheme. Rows are in order of trial; `checksum` names its content."""

    id: str
    title: str
    kind: str
    edition: str
    source: str
    checksum: str
    options: SchemeOptions
    mdc: tuple[MdcRow, ...]
    adrg: tuple[AdrgRow, ...]
    drg: tuple[DrgRow, ...]
    code_sets: Mapping[str, CodeSet]
    cc: tuple[CcRow, ...]
    exclusions: Mapping[str, frozenset[str]]
    folder: Path | None = field(default=None, compare=False)


def is_fall_back(code: str) -> bool:
    """Whether a row's code names a fall-back (未入组): 0000, 000, X00 or X000."""
    return re.fullmatch(r"0{3,4}|[A-Z]0{2,3}", code) is not None


def is_ambiguous(code: str) -> bool:
    """Whether a row's code names an ambiguous group (歧义组): QY or ?QY."""
    return re.fullmatch(r"[A-Z]?QY", code) is not None


def status_of(adrg_code: str) -> Status:
    """What a record is when this ADRG row takes it."""
    if is_ambiguous(adrg_code):
        return Status.AMBIGUOUS
    return Status.UNGROUPED if is_fall_back(adrg_code) else Status.GROUPED


def load_scheme(folder: Path) -> Scheme:
    """The scheme of a table folder, checked: checksums, headers, parents, every rule parses, every set exists.

    Raises RulesError that names the file, the row and what to do.
    """
    about = _read_about(folder)
    tables = {table.name: _read_table(folder, table, about["sha256"]) for table in SCHEME_TABLES}
    scheme = Scheme(
        id=about["id"],
        title=about["title"],
        kind=about["kind"],
        edition=about["edition"],
        source=about["source"],
        checksum=_checksum(about),
        options=_read_options(folder, about.get("options", {})),
        mdc=tuple(MdcRow(code, name, rule, seq) for (code, name, rule), seq in _in_order(folder, tables, "mdc")),
        adrg=tuple(
            AdrgRow(code, name, rule, mdc, seq) for (code, name, rule, mdc), seq in _in_order(folder, tables, "adrg")
        ),
        drg=tuple(
            DrgRow(code, name, rule, adrg, mdc, seq)
            for (code, name, rule, adrg, mdc), seq in _in_order(folder, tables, "drg")
        ),
        code_sets=_read_sets(folder, tables["code_sets"]),
        cc=_read_complications(folder, tables["cc"]),
        exclusions=_collect(tables["exclusions"]),
        folder=folder,
    )
    _check_spelling(folder, scheme)
    _check_parents(folder, scheme)
    _check_rules(folder, scheme)
    return scheme


def _in_order(folder: Path, tables: Mapping[str, list[list[str]]], name: str) -> Iterator[tuple[list[str], int]]:
    """The texts and the order number of each row, in order of trial; equal numbers keep the order of the file."""
    numbered = [(row[:-1], _whole(folder, name, row)) for row in tables[name]]
    yield from sorted(numbered, key=lambda row: row[1])


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / "scheme.toml"
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RulesError(
            f"{folder} is not a scheme: it has no scheme.toml",
            hint="point `scheme` in region.toml at a table folder; `drgcalc tables list` shows those that ship",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError(
            f"{path} cannot be read: {error}", hint="restore the file or import the scheme again"
        ) from error
    missing = [key for key in REQUIRED_KEYS if key not in about]
    unknown = sorted(set(about) - set(REQUIRED_KEYS) - set(OPTIONAL_KEYS))
    if missing or unknown:
        what = f"lacks key `{missing[0]}`" if missing else f"has the unknown key `{unknown[0]}`"
        raise RulesError(f"{path} {what}", hint="see the scheme.toml of a scheme that ships")
    for key, value in about.items():
        if not isinstance(value, dict if key in TABLE_KEYS else str):
            raise RulesError(f"{path}: `{key}` is {value!r}", hint="see the scheme.toml of a scheme that ships")
    if about["kind"] != "drg":
        raise RulesError(
            f"{path}: kind is {about['kind']!r}; this version runs schemes of kind 'drg'",
            hint="choose a DRG scheme",
        )
    return about


def _read_options(folder: Path, options: dict[str, Any]) -> SchemeOptions:
    wanted = {"newborn_weight_days": (int, "a whole number of days"), "retry_other_procedures": (bool, "true or false")}
    for key, value in options.items():
        if key not in wanted:
            raise RulesError(
                f"{folder / 'scheme.toml'}: unknown option `options.{key}`",
                hint=f"options are {', '.join(wanted)}",
            )
        type_, words = wanted[key]
        if type(value) is not type_:
            raise RulesError(f"{folder / 'scheme.toml'}: `options.{key}` is {value!r}", hint=f"write {words}")
    return SchemeOptions(**options)


def _read_table(folder: Path, table: Table, checksums: Mapping[str, str]) -> list[list[str]]:
    path = folder / f"{table.name}.csv"
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RulesError(
            f"scheme {folder} lacks {path.name}", hint="restore the file or import the scheme again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != checksums.get(path.name):
        raise RulesError(
            f"{path} is not the file that scheme.toml describes: sha256 {found[:12]}…, "
            f"expected {checksums.get(path.name, 'none')[:12]}…",
            hint="the table was changed or damaged: restore it, or import the scheme again",
        )
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulesError(f"{path} cannot be read: {error}", hint="save it as CSV in UTF-8") from error
    header, kept = (rows[0], rows[1:]) if rows else ([], [])
    if tuple(header) != table.names():
        raise RulesError(f"{path}: the header is {','.join(header)}", hint=f"it must be {','.join(table.names())}")
    for number, row in enumerate(kept, start=2):
        if len(row) != len(header):
            raise RulesError(
                f"{path}, line {number}: {len(row)} cells, expected {len(header)}",
                hint="quote cells that hold commas",
            )
    return kept


def _checksum(about: Mapping[str, Any]) -> str:
    """Names the content that decides groups: the tables and the options."""
    parts = [f"{name} {digest}" for name, digest in sorted(about["sha256"].items())]
    parts += [f"{key} {value}" for key, value in sorted(about.get("options", {}).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _whole(folder: Path, table: str, row: list[str]) -> int:
    code, seq = row[0], row[-1]
    if not seq.isdecimal():
        raise RulesError(
            f"{folder / table}.csv: seq of {code} is {seq!r}", hint="seq is a whole number, the order of trial"
        )
    return int(seq)


def _read_sets(folder: Path, rows: list[list[str]]) -> dict[str, CodeSet]:
    codes: dict[tuple[str, str], set[str]] = {}
    for set_id, kind, code in rows:
        codes.setdefault((set_id, kind), set()).add(code)
    sets: dict[str, CodeSet] = {}
    for (set_id, kind), members in codes.items():
        if set_id.upper() in sets or kind not in ("DI", "OP"):
            raise RulesError(
                f"{folder / 'code_sets.csv'}: set {set_id} has kind {kind!r}",
                hint="a set is either DI (diagnoses) or OP (procedures)",
            )
        sets[set_id.upper()] = CodeSet(kind, frozenset(members))
    return sets


def _read_complications(folder: Path, rows: list[list[str]]) -> tuple[CcRow, ...]:
    found: dict[tuple[str, str], CcRow] = {}
    for code, level, exclusion_set in rows:
        if level not in COMPLICATION_LEVELS:
            raise RulesError(f"{folder / 'cc.csv'}: {code} has level {level!r}", hint="the level is MCC or CC")
        if (code, level) in found:
            raise RulesError(f"{folder / 'cc.csv'}: {code} stands twice as {level}", hint="keep one of the rows")
        found[code, level] = CcRow(code, level, exclusion_set)
    return tuple(found.values())


def _collect(rows: list[list[str]]) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for key, code in rows:
        members.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in members.items()}


def _check_spelling(folder: Path, scheme: Scheme) -> None:
    """A code that is not spelled as records are would never match: `i63*`, a full-width digit, a space."""
    sets = scheme.code_sets.values()
    listed: list[tuple[str, Callable[[str], str], set[str]]] = [
        ("code_sets.csv", normalise_diagnosis, {code for found in sets if found.kind == "DI" for code in found.codes}),
        ("code_sets.csv", normalise_procedure, {code for found in sets if found.kind == "OP" for code in found.codes}),
        ("cc.csv", normalise_diagnosis, {row.code for row in scheme.cc}),
        ("exclusions.csv", normalise_diagnosis, {code for codes in scheme.exclusions.values() for code in codes}),
    ]
    for name, normalise, codes in listed:
        for code in sorted(found for found in codes if normalise(found) != found):
            raise RulesError(
                f"{folder / name}: the code {code!r} would match no record",
                hint=f"write it {normalise(code)!r}, or import the scheme again",
            )


def _check_parents(folder: Path, scheme: Scheme) -> None:
    mdcs = {row.code for row in scheme.mdc}
    adrgs = {(row.mdc, row.code) for row in scheme.adrg}
    for adrg in scheme.adrg:
        if adrg.mdc not in mdcs:
            raise RulesError(
                f"{folder / 'adrg.csv'}: {adrg.code} belongs to {adrg.mdc}, which mdc.csv lacks",
                hint="restore the row",
            )
    for drg in scheme.drg:
        if (drg.mdc, drg.adrg) not in adrgs:
            raise RulesError(
                f"{folder / 'drg.csv'}: {drg.code} belongs to {drg.adrg} of {drg.mdc}, which adrg.csv lacks",
                hint="restore the row",
            )
    for complication in scheme.cc:
        if complication.exclusion_set and complication.exclusion_set not in scheme.exclusions:
            raise RulesError(
                f"{folder / 'cc.csv'}: {complication.code} names exclusion table {complication.exclusion_set}, "
                "which exclusions.csv lacks",
                hint="restore the table",
            )


def _check_rules(folder: Path, scheme: Scheme) -> None:
    for name, rows in (("mdc", scheme.mdc), ("adrg", scheme.adrg), ("drg", scheme.drg)):
        for row in rows:
            try:
                rule = parse(row.rule)
            except RuleSyntaxError as error:
                raise RulesError(f"{folder / name}.csv: {row.code}: {error}", hint="correct the rule text") from error
            unknown = sorted(sets_of(rule) - set(scheme.code_sets) - set(VIRTUAL_SETS))
            if unknown:
                raise RulesError(
                    f"{folder / name}.csv: the rule of {row.code} names set {unknown[0]}, which code_sets.csv lacks",
                    hint="add the set, or import the scheme again",
                )
