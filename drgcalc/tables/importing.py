"""One way in for every published layout of a scheme: which one it is, is seen from the path and its sheets."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from drgcalc.base.errors import InputError, UsageError
from drgcalc.tables.cells import heading
from drgcalc.tables.dip.city import sheets_of_book, sheets_of_csv
from drgcalc.tables.dip.importing import import_city, import_dip_folder, import_national
from drgcalc.tables.dip.local import LocalLayout
from drgcalc.tables.dip.national import is_national
from drgcalc.tables.folder import import_csv_folder
from drgcalc.tables.journal import Journal
from drgcalc.tables.model import ImportResult
from drgcalc.tables.official import LAYOUTS, import_workbook
from drgcalc.tables.opendrg import MDC_LIST, import_opendrg
from drgcalc.tables.spreadsheet import open_spreadsheet

_NO_LAYOUT = LocalLayout()


def import_scheme(
    path: Path,
    *,
    scheme_id: str,
    amendments: Path | None = None,
    empty_sets: Collection[str] = (),
    local: LocalLayout = _NO_LAYOUT,
) -> ImportResult:
    """The scheme of an official workbook (DRG or DIP), a city's DIP directory (workbook or CSV), or a folder of tables.

    `amendments`: a CSV of what the source lacks: exclusion rows (DRG), conditions of pre-groups (national DIP).
    `empty_sets`: sets that may be named without having members (DRG). `local`: how a city writes its directory. Raises
    InputError for anything else, UsageError for what does not go together, and what the importer of the layout raises.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist", hint="give a workbook (.xlsx), a CSV file or a folder of tables")
    if path.is_file():
        return _import_file(path, scheme_id, amendments, empty_sets, local)
    if (path / "dip.csv").is_file():
        _refuse(path, amendments=amendments, empty_sets=empty_sets)
        return import_dip_folder(path, scheme_id=scheme_id, local=local)
    _refuse(path, local=local)
    if (path / "mdc.csv").is_file():
        return import_csv_folder(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    if (path / MDC_LIST).is_file():
        return import_opendrg(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    raise InputError(
        f"{path} holds neither mdc.csv nor dip.csv nor {MDC_LIST}",
        hint="give a workbook, a table folder or a folder of OpenDRG lists",
    )


def _import_file(
    path: Path, scheme_id: str, amendments: Path | None, empty_sets: Collection[str], local: LocalLayout
) -> ImportResult:
    journal = Journal(path)
    if path.suffix.lower() == ".csv":
        _refuse(path, amendments=amendments, empty_sets=empty_sets)
        return import_city(sheets_of_csv(path), scheme_id=scheme_id, local=local, journal=journal)
    book = open_spreadsheet(path)
    if {LAYOUTS[table].sheet for table in ("mdc", "adrg", "drg")} & set(map(heading, book.sheets)):
        _refuse(path, local=local)
        return import_workbook(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    _refuse(path, empty_sets=empty_sets)
    if is_national(book.sheets):
        return import_national(book, scheme_id=scheme_id, local=local, amendments=amendments)
    _refuse(path, amendments=amendments)
    return import_city(sheets_of_book(book, journal), scheme_id=scheme_id, local=local, journal=journal)


def _refuse(
    path: Path, *, amendments: Path | None = None, empty_sets: Collection[str] = (), local: LocalLayout = _NO_LAYOUT
) -> None:
    """Options that mean nothing for this source are not ignored."""
    given = [
        (amendments is not None, "--amendments adds to an official workbook or to DRG lists"),
        (bool(empty_sets), "--empty-set is for the sets of DRG rules"),
        (local != _NO_LAYOUT, "--precedence and --layout are for DIP directories"),
    ]
    for is_given, what in given:
        if is_given:
            raise UsageError(f"{what}, and {path} is none", hint="leave the option out")
