"""What the groups of a directory from history are called: the names of their codes, where somebody names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.columns import Table
from drgcalc.base.dip_columns import EXCLUDED_DIAGNOSES, MAIN_PROCEDURES, PROCEDURE_KIND_TABLE
from drgcalc.calibration.directory import JOINT
from drgcalc.grouping.table_folder import read_about, rows_of
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE
from drgcalc.run.directory_groups import Group
from drgcalc.run.region_codes import read_code_names
from drgcalc.tables.dip.words import words

WHOLE = "00"
"""What national codes of six digits have behind a subcategory that they divide no further: K35.8, K35.800."""
_NAMED_BY_BASE: tuple[tuple[str, Table], ...] = (
    (DIAGNOSIS, EXCLUDED_DIAGNOSES),
    (PROCEDURE, MAIN_PROCEDURES),
    (PROCEDURE, PROCEDURE_KIND_TABLE),
)


class CodeNames(NamedTuple):
    """Names of codes; a code that nobody names is its own name."""

    diagnoses: Mapping[str, str]
    procedures: Mapping[str, str]

    def of(self, group: Group) -> str:
        """The name of a group: its diagnosis, main and related procedures, or the kind of treatment."""
        codes = [(self.diagnoses, group.principal)]
        codes += [(self.procedures, code) for code in (group.main, *group.related.split(JOINT))]
        parts = [(code, _name(names, code)) for names, code in codes if code]
        is_named = any(code != name for code, name in parts)
        kind = _KIND_WORDS.get(group.kind, group.kind) if is_named else group.kind
        return " ".join(filter(None, (*(name for _, name in parts), kind)))


def code_names(region: Path, base: Path) -> CodeNames:
    """The names that codes/ of the region has, then those of the tables of the base directory. Raises RulesError."""
    found = read_code_names(region)
    checksums = read_about(base)["sha256"]
    for kind, table in _NAMED_BY_BASE:
        place = table.names().index("name")
        for row in rows_of(base, table, checksums):
            if row[place]:
                found[kind].setdefault(row[0], row[place])
    return CodeNames(found[DIAGNOSIS], found[PROCEDURE])


def _name(names: Mapping[str, str], code: str) -> str:
    return names.get(code) or names.get(f"{code}{WHOLE}") or code


def _first_words(meanings: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, meaning in meanings:
        found.setdefault(meaning, word)
    return found


_KIND_WORDS = _first_words(words("kind").items())
