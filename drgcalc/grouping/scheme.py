"""A scheme (分组方案): the neutral table folder that holds MDC, ADRG and DRG rows with the official rule texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.scheme_columns import LIST_TABLES, TREE_TABLES
from drgcalc.grouping.code_sets import CodeSet as CodeSet
from drgcalc.grouping.code_sets import check_set_spelling, read_code_sets
from drgcalc.grouping.rules import VIRTUAL_SETS, RuleSyntaxError, parse, sets_of
from drgcalc.grouping.table_folder import COMPLICATION_LEVELS as COMPLICATION_LEVELS
from drgcalc.grouping.table_folder import CcRow as CcRow
from drgcalc.grouping.table_folder import (
    check_complications,
    checksum_of,
    columns_of,
    in_order,
    read_about,
    read_complications,
    read_exclusions,
    rows_of,
)

if TYPE_CHECKING:
    from drgcalc.grouping.dip.scheme import DipScheme


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


def load_scheme(folder: Path) -> Scheme | DipScheme:
    """The scheme of a table folder, of whatever kind its scheme.toml says, checked as a whole.

    Raises RulesError that names the file, the row and what to do.
    """
    about = read_about(folder)
    match about["kind"]:
        case "drg":
            return _load_drg_scheme(folder, about)
        case "dip":
            from drgcalc.grouping.dip.scheme import load_dip_scheme  # a kind of scheme is loaded where it is used

            return load_dip_scheme(folder, about)
    raise RulesError(
        f"{folder / 'scheme.toml'}: kind is {about['kind']!r}; this version runs schemes of kind 'drg' and 'dip'",
        hint="choose a DRG or DIP scheme",
    )


def load_drg_scheme(folder: Path) -> Scheme:
    """The DRG scheme of a table folder, for what only DRG schemes have. Raises RulesError for a DIP directory."""
    scheme = load_scheme(folder)
    if not isinstance(scheme, Scheme):
        raise RulesError(f"{folder} is a DIP directory", hint="this needs a scheme of kind 'drg'")
    return scheme


def _load_drg_scheme(folder: Path, about: Mapping[str, Any]) -> Scheme:
    """Checked: checksums, headers, parents, every rule parses, every set exists."""
    tables = {table.name: rows_of(folder, table, about["sha256"]) for table in TREE_TABLES}
    lists = {table.name: columns_of(folder, table, about["sha256"]) for table in LIST_TABLES}
    scheme = Scheme(
        id=about["id"],
        title=about["title"],
        kind=about["kind"],
        edition=about["edition"],
        source=about["source"],
        checksum=checksum_of(about),
        options=_read_options(folder, about.get("options", {})),
        mdc=tuple(MdcRow(code, name, rule, seq) for (code, name, rule), seq in in_order(folder, tables, "mdc")),
        adrg=tuple(
            AdrgRow(code, name, rule, mdc, seq) for (code, name, rule, mdc), seq in in_order(folder, tables, "adrg")
        ),
        drg=tuple(
            DrgRow(code, name, rule, adrg, mdc, seq)
            for (code, name, rule, adrg, mdc), seq in in_order(folder, tables, "drg")
        ),
        code_sets=read_code_sets(folder, lists["code_sets"]),
        cc=read_complications(folder, lists["cc"].iter_rows()),
        exclusions=read_exclusions(lists["exclusions"].iter_rows()),
        folder=folder,
    )
    check_set_spelling(folder, lists["code_sets"])
    _check_parents(folder, scheme)
    check_complications(folder, scheme.cc, scheme.exclusions)
    _check_rules(folder, scheme)
    return scheme


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
