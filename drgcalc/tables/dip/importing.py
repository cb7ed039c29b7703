"""Ways into a DIP table folder: the national workbook, a city's directory, a folder of the CSV tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from drgcalc.base.columns import Table
from drgcalc.base.dip_columns import CORRECTIONS, DIP_OPTIONAL, DIP_REQUIRED
from drgcalc.base.errors import RulesError, UsageError
from drgcalc.grouping.rules import RuleSyntaxError
from drgcalc.grouping.rules import parse as parse_rule
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.csv_files import raw_rows, read_content
from drgcalc.tables.dip.city import Sheets, read_city
from drgcalc.tables.dip.local import LocalLayout
from drgcalc.tables.dip.model import DipTables
from drgcalc.tables.dip.national import read_national
from drgcalc.tables.dip.stored import read_stored
from drgcalc.tables.folder import known_about
from drgcalc.tables.journal import Journal
from drgcalc.tables.model import About, ImportResult, SourceFile
from drgcalc.tables.official import LICENSE_NOTE
from drgcalc.tables.spreadsheet import Spreadsheet

CONDITION_COLUMNS = ("code", "condition")
_CODES = "as in the directory"


def import_national(
    book: Spreadsheet, *, scheme_id: str, local: LocalLayout, amendments: Path | None = None
) -> ImportResult:
    """The directory of the national workbook. `amendments`: a CSV of conditions of pre-groups, columns code,condition.

    Raises InputError for a file that cannot be read, RulesError for one that is no sound directory, UsageError when a
    precedence is asked for: the national workbook has its own.
    """
    if local.precedence is not None:
        raise UsageError(
            f"{book.path} is the national workbook, in which + always binds tighter than |",
            hint="leave --precedence out",
        )
    journal = Journal(book.path)
    conditions, source = _conditions(amendments) if amendments else ({}, None)
    about = replace(_about(book.path, scheme_id, f"workbook {book.path.name}", book.sha256), amendments=source)
    tables = replace(read_national(book, about, conditions, journal), options=dict(local.options))
    _note_default_kinds(book.path, tables, journal)
    return ImportResult(tables, journal.close())


def import_city(sheets: Sheets, *, scheme_id: str, local: LocalLayout, journal: Journal) -> ImportResult:
    """The directory of a city. Raises RulesError for one that is not sound, or whose meaning nobody stated."""
    about = _about(sheets.path, scheme_id, f"directory {sheets.path.name}", sheets.sha256)
    tables = read_city(sheets, about, local, journal)
    _note_default_kinds(sheets.path, tables, journal)
    return ImportResult(tables, journal.close())


def import_dip_folder(path: Path, *, scheme_id: str, local: LocalLayout) -> ImportResult:
    """The directory of a folder of CSV tables in the normal grammar, as `drgcalc tables export` writes them.

    A scheme.toml beside them gives title, edition and options; its checksums are not asked for. Raises InputError for
    files that cannot be read, RulesError for tables that are no sound directory.
    """
    journal, digest = Journal(path), hashlib.sha256()
    rows = {}
    for table in (*DIP_REQUIRED, *DIP_OPTIONAL, CORRECTIONS):
        if _is_there(path, table):
            content = read_content(path / f"{table.name}.csv", f"a directory has the table {table.name}.csv")
            digest.update(content)
            rows[table.name] = raw_rows(path / f"{table.name}.csv", content, table.names())
    known = known_about(path)
    about = _about(path, scheme_id, f"CSV folder {path.name}", digest.hexdigest())
    about = replace(
        about,
        title=str(known.get("title", about.title)),
        edition=str(known.get("edition", about.edition)),
        source=str(known.get("source", about.source)),
        license_note=str(known.get("license_note", about.license_note)),
        diagnosis_codes=str(known.get("diagnosis_codes", about.diagnosis_codes)),
        procedure_codes=str(known.get("procedure_codes", about.procedure_codes)),
    )
    options = {**known.get("options", {}), **local.options}
    return ImportResult(read_stored(rows, about, options, journal), journal.close())


def _is_there(path: Path, table: Table) -> bool:
    return table in DIP_REQUIRED or (path / f"{table.name}.csv").is_file()


def _about(path: Path, scheme_id: str, source: str, sha256: str) -> About:
    name = path.stem if path.is_file() else path.name
    return About(scheme_id, name, name, source, LICENSE_NOTE, _CODES, _CODES, SourceFile(path.name, sha256))


def _note_default_kinds(path: Path, tables: DipTables, journal: Journal) -> None:
    shown = f"{len(tables.procedure_kinds):,} prefixes of ICD-9-CM-3"
    journal.note("T030", path.name, 0, "procedure_kinds", shown, "see grouper_tables/procedure-kinds")


def _conditions(path: Path) -> tuple[Mapping[str, str], SourceFile]:
    """The rules of an amendments file by group code. Raises InputError, RulesError."""
    content = read_content(path, "give the path of amendments.csv")
    found: dict[str, str] = {}
    for row in raw_rows(path, content, CONDITION_COLUMNS):
        code, rule = heading(row.cells[0]), tidy(row.cells[1])
        try:
            parse_rule(rule)
        except RuleSyntaxError as error:
            raise RulesError(f"{path}, row {row.number}: {error}", hint="write a rule such as XSRTZ < 1000") from error
        if not code or code in found:
            raise RulesError(
                f"{path}, row {row.number}: code {code!r} is empty or stands twice", hint="keep one row a group"
            )
        found[code] = rule
    return found, SourceFile(path.name, hashlib.sha256(content).hexdigest())
