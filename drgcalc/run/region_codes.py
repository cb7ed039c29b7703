"""A region's own tables about codes in codes/: crosswalk_diagnoses.csv, crosswalk_procedures.csv, grey_diagnoses.csv,
names_diagnoses.csv, names_procedures.csv.

They are found, not declared: a region without the folder has none. A name may go on behind a hyphen
(crosswalk_diagnoses-2024.csv), so that one table may come in several files; anything else in the folder is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.code_columns import CODE_NAMES, CROSSWALK, GREY_CODES
from drgcalc.base.errors import Finding, RulesError
from drgcalc.records.checks import file_finding
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.records.code_reader import CodeReaders, code_readers
from drgcalc.records.code_tables import CodeTables, CrosswalkRow, GreyRow, crosswalk, grey_codes
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE, normalise_diagnosis, normalise_procedure
from drgcalc.run.region_tables import read_table

FOLDER = "codes"
CROSSWALKS = {DIAGNOSIS: "crosswalk_diagnoses", PROCEDURE: "crosswalk_procedures"}
GREY = "grey_diagnoses"
NAMES = {DIAGNOSIS: "names_diagnoses", PROCEDURE: "names_procedures"}
SHOWN = 3

_TABLES = (*CROSSWALKS.values(), GREY, *NAMES.values())
_NORMALISE = {DIAGNOSIS: normalise_diagnosis, PROCEDURE: normalise_procedure}
_FILE = re.compile(rf"({'|'.join(_TABLES)})(-.+)?\.csv")


def code_files(region: Path) -> tuple[Path, ...]:
    """The files of the folder codes/ by name; hidden ones are passed over. Raises RulesError for any other file."""
    files = sorted(path for path in (region / FOLDER).glob("*") if not path.name.startswith((".", "~")))
    for path in files:
        if not _FILE.fullmatch(path.name):
            raise RulesError(
                f"{FOLDER}/{path.name} is no table that drgcalc knows",
                hint=f"name it {', '.join(f'{name}.csv' for name in _TABLES)}, or move it out of {FOLDER}/",
            )
    return tuple(files)


def read_code_tables(region: Path) -> CodeTables:
    """The tables of codes/. Raises RulesError that names file, row, column and value."""
    return CodeTables(
        diagnoses=crosswalk(DIAGNOSIS, _crosswalk_rows(region, CROSSWALKS[DIAGNOSIS])),
        procedures=crosswalk(PROCEDURE, _crosswalk_rows(region, CROSSWALKS[PROCEDURE])),
        grey=grey_codes(_grey_rows(region)),
    )


def read_code_names(region: Path) -> dict[str, dict[str, str]]:
    """Names of codes by kind of code: those of the tables of names, then what crosswalks call the codes they map to.

    The first name of a code is kept. Raises RulesError.
    """
    found: dict[str, dict[str, str]] = {kind: {} for kind in NAMES}
    listed = ((kind, CODE_NAMES, table, "code", "name") for kind, table in NAMES.items())
    mapped = ((kind, CROSSWALK, table, "mapped", "mapped_name") for kind, table in CROSSWALKS.items())
    for kind, table, file, code, name in (*listed, *mapped):
        for path in _files_of(region, file):
            for row in read_table(table, path, region):
                if row.cells.get(name):
                    found[kind].setdefault(_NORMALISE[kind](str(row.cells[code])), str(row.cells[name]))
    return found


def file_of(where: str) -> str:
    """The file of a row's place."""
    return where.rpartition(" row ")[0]


class Coding(NamedTuple):
    """How a run reads codes, and what there is to say about the tables it does so by."""

    readers: CodeReaders
    findings: tuple[Finding, ...]


def coding_of(region: Path, known: KnownCodes, *, repair: bool) -> Coding:
    """By the tables of codes/ and the codes of a scheme; repair: damaged codes are repaired. Raises RulesError."""
    tables = read_code_tables(region)
    return Coding(code_readers(tables, known, repair=repair), tuple(_table_findings(tables, known)))


def _table_findings(tables: CodeTables, known: KnownCodes) -> Iterator[Finding]:
    """One finding a crosswalk file that maps to codes the scheme does not know: how many, and the first of them."""
    yield from _unknown(tables.diagnoses, known.diagnoses)
    yield from _unknown(tables.procedures, known.procedures)


def _unknown(rows: Mapping[str, CrosswalkRow], known: CodeList) -> Iterator[Finding]:
    by_file: dict[str, list[CrosswalkRow]] = {}
    for row in rows.values():
        if not known.holds(row.mapped):
            by_file.setdefault(file_of(row.where), []).append(row)
    for file, found in sorted(by_file.items()):
        first = ", ".join(f"{row.original} → {row.mapped}" for row in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        yield file_finding("F108", file, f"{first}{more}")


def _crosswalk_rows(region: Path, name: str) -> Iterator[CrosswalkRow]:
    for path in _files_of(region, name):
        for row in read_table(CROSSWALK, path, region):
            cells = row.cells
            yield CrosswalkRow(str(cells["original"]), str(cells["mapped"]), str(cells["source"]), row.where)


def _grey_rows(region: Path) -> Iterator[GreyRow]:
    for path in _files_of(region, GREY):
        for row in read_table(GREY_CODES, path, region):
            yield GreyRow(str(row.cells["code"]), str(row.cells["source"]), row.where)


def _files_of(region: Path, name: str) -> Iterator[Path]:
    for path in code_files(region):
        found = _FILE.fullmatch(path.name)
        if found and found[1] == name:
            yield path
