"""Two directories compared: groups, what they ask for, scores, lists of codes, kinds of procedures, options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from drgcalc.grouping.dip.expression import to_text
from drgcalc.grouping.dip.scheme import DipRow, DipScheme

Change = Literal["added", "dropped", "renamed", "changed"]


class DipChange(NamedTuple):
    """One difference. `key`: the group, code or option; `column`: what of it, "" for the whole row."""

    table: str
    key: str
    change: Change
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class DipDiff:
    """Everything that differs between two directories; no changes when they group and score alike."""

    old_id: str
    new_id: str
    changes: tuple[DipChange, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes)


def diff_directories(old: DipScheme, new: DipScheme) -> DipDiff:
    """What `new` changes against `old`: the directory by group code, then the lists and the options.

    A group with several rows is compared as the set of its rows. Names of codes and remarks are not compared.
    """
    changes = [
        *_groups(old, new),
        *_values("excluded_diagnoses", dict.fromkeys(old.excluded, ""), dict.fromkeys(new.excluded, "")),
        *_values("main_procedures", _main_procedures(old), _main_procedures(new)),
        *_values("grassroots", _grassroots(old), _grassroots(new)),
        *_values("procedure_kinds", old.procedure_kinds, new.procedure_kinds),
        *_values("cc", _complications(old), _complications(new)),
        *_values("cci", _charlson(old), _charlson(new)),
        *_values("auxiliary", _auxiliary(old), _auxiliary(new)),
        *_values("code_sets", _code_sets(old), _code_sets(new)),
        *_values("options", _options(old), _options(new)),
    ]
    return DipDiff(old.id, new.id, tuple(changes))


_ASKED = ("layer", "principal", "main_procedure", "related_procedures", "secondary", "condition", "kind")
_GIVEN = ("grassroots", "tcm", "score")


def columns_of(row: DipRow) -> dict[str, str]:
    """What a row asks and gives, as stored texts, by column; names, order and remarks left out."""
    return {
        "layer": row.layer,
        "principal": to_text(row.principal),
        "main_procedure": to_text(row.main_procedure),
        "related_procedures": to_text(row.related_procedures),
        "secondary": to_text(row.secondary),
        "condition": row.condition,
        "kind": row.kind,
        "grassroots": str(int(row.grassroots)),
        "tcm": str(int(row.tcm)),
        "score": "" if row.score is None else f"{row.score.normalize():f}",
    }


def _groups(old: DipScheme, new: DipScheme) -> Iterator[DipChange]:
    before, after = _by_code(old), _by_code(new)
    for code in sorted({*before, *after}):
        had, has = before.get(code), after.get(code)
        if had is None or has is None:
            rows = has or had or []
            what: Change = "added" if had is None else "dropped"
            old_name, new_name = ("", rows[0].name) if had is None else (rows[0].name, "")
            yield DipChange("dip", code, what, "", old_name, new_name)
            continue
        if had[0].name != has[0].name:
            yield DipChange("dip", code, "renamed", "name", had[0].name, has[0].name)
        yield from _rows(code, had, has)


def _rows(code: str, had: list[DipRow], has: list[DipRow]) -> Iterator[DipChange]:
    """What one group's rows ask and give, column by column where it has one row in both."""
    if len(had) == len(has) == 1:
        before, after = columns_of(had[0]), columns_of(has[0])
        for column in (*_ASKED, *_GIVEN):
            if before[column] != after[column]:
                yield DipChange("dip", code, "changed", column, before[column], after[column])
        return
    ways = [{_spelled(row) for row in rows} for rows in (had, has)]
    for way in sorted(ways[0] - ways[1]):
        yield DipChange("dip", code, "dropped", "row", way, "")
    for way in sorted(ways[1] - ways[0]):
        yield DipChange("dip", code, "added", "row", "", way)


def _spelled(row: DipRow) -> str:
    return ", ".join(f"{column} {text}" for column, text in columns_of(row).items() if text not in ("", "0"))


def _by_code(scheme: DipScheme) -> dict[str, list[DipRow]]:
    found: dict[str, list[DipRow]] = {}
    for row in scheme.rows:
        found.setdefault(row.code, []).append(row)
    return found


def _values(table: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[DipChange]:
    for key in sorted({*old, *new}):
        if key not in old:
            yield DipChange(table, key, "added", "", "", new[key])
        elif key not in new:
            yield DipChange(table, key, "dropped", "", old[key], "")
        elif old[key] != new[key]:
            yield DipChange(table, key, "changed", "", old[key], new[key])


def _main_procedures(scheme: DipScheme) -> dict[str, str]:
    return {row.code: f"{row.effect} {to_text(row.scope)}".strip() for row in scheme.main_procedures}


def _grassroots(scheme: DipScheme) -> dict[str, str]:
    return {f"{to_text(row.principal)} with {to_text(row.main_procedure) or 'none'}": "" for row in scheme.grassroots}


def _complications(scheme: DipScheme) -> dict[str, str]:
    excluding = {name: " ".join(sorted(codes)) for name, codes in scheme.exclusions.items()}
    return {f"{row.code} {row.level}": excluding.get(row.exclusion_set, "") for row in scheme.cc}


def _charlson(scheme: DipScheme) -> dict[str, str]:
    return {f"{row.code} {row.condition}": str(row.weight) for row in scheme.charlson}


def _auxiliary(scheme: DipScheme) -> dict[str, str]:
    return {f"{row.dimension} {row.part}": row.rule for row in scheme.auxiliary}


def _code_sets(scheme: DipScheme) -> dict[str, str]:
    return {f"{name} {code}": found.kind for name, found in scheme.code_sets.items() for code in found.codes}


def _options(scheme: DipScheme) -> dict[str, str]:
    return {option.name: str(getattr(scheme.options, option.name)) for option in fields(scheme.options)}
