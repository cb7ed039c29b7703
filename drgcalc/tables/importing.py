"""One way in for every published layout of a scheme: which one it is, is seen from the path."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from drgcalc.base.errors import InputError
from drgcalc.tables.folder import import_csv_folder
from drgcalc.tables.model import ImportResult
from drgcalc.tables.official import import_workbook
from drgcalc.tables.opendrg import MDC_LIST, import_opendrg


def import_scheme(
    path: Path, *, scheme_id: str, amendments: Path | None = None, empty_sets: Collection[str] = ()
) -> ImportResult:
    """The scheme of an official workbook, of a folder of CSV tables, or of a folder of OpenDRG lists.

    `amendments`: a CSV of extra exclusion rows. `empty_sets`: sets that may be named without having members. Raises
    InputError for anything else, and what the importer of the layout raises.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist", hint="give a workbook (.xlsx) or a folder of tables")
    if path.is_file():
        return import_workbook(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    if (path / "mdc.csv").is_file():
        return import_csv_folder(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    if (path / MDC_LIST).is_file():
        return import_opendrg(path, scheme_id=scheme_id, amendments=amendments, empty_sets=empty_sets)
    raise InputError(
        f"{path} holds neither mdc.csv nor {MDC_LIST}",
        hint="give a workbook, a table folder or a folder of OpenDRG lists",
    )
