"""Table folders of small invented directories, written as the importer writes them."""

from __future__ import annotations

from pathlib import Path

from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.dip.model import DipTables, DirectoryRow, ExcludedDiagnosis, GrassrootsLine, MainProcedureRow
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.kinds import ProcedureKind, shipped_procedure_kinds
from drgcalc.tables.model import About, ImportResult, Option, SourceFile

ABOUT = About("small", "small", "1", "invented", "none", "any", "any", SourceFile("none", "0" * 64))


def group(
    code: str, principal: str, main: str = "", layer: str = "core", seq: int = 1, **others: object
) -> DirectoryRow:
    """A row of a directory."""
    return DirectoryRow(code, str(others.pop("name", code)), layer, seq, principal, main, **others)  # type: ignore[arg-type]


def directory(
    folder: Path,
    *rows: DirectoryRow,
    excluded: tuple[str, ...] = (),
    procedures: tuple[tuple[str, str], ...] = (),
    grassroots: tuple[GrassrootsLine, ...] = (),
    kinds: tuple[ProcedureKind, ...] | None = None,
    options: dict[str, Option] | None = None,
    others: dict[str, tuple[tuple[str, ...], ...]] | None = None,
) -> DipScheme:
    """The directory, written to `folder` and loaded."""
    tables = DipTables(
        ABOUT,
        rows,
        tuple(ExcludedDiagnosis(code, "", "") for code in excluded),
        tuple(MainProcedureRow(code, "", effect, "", "") for code, effect in procedures),
        grassroots,
        shipped_procedure_kinds() if kinds is None else kinds,
        options=options or {},
        others=others or {},
    )
    write_table_folder(ImportResult(tables, ()), folder)
    scheme = load_scheme(folder)
    assert isinstance(scheme, DipScheme)
    return scheme
