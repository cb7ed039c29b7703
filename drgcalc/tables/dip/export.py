"""Directories as files for people: a workbook with a sheet a table, or the tables as CSV that import again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drgcalc.base.columns import Table
from drgcalc.base.dip_columns import DIP_REQUIRED, DIP_TABLES
from drgcalc.base.errors import RulesError
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.table_folder import ABOUT, read_about, rows_of
from drgcalc.tables.csv_files import read_content
from drgcalc.tables.export import Rows, refuse_taken, write_files, write_workbook
from drgcalc.tables.folder import csv_bytes


def export_directory_workbook(scheme: DipScheme, path: Path) -> None:
    """Write a directory as a workbook, one sheet a table under its Chinese headers. Raises OutputError."""
    refuse_taken(path)
    sheets = {
        table.name: ([column.chinese for column in table.columns], rows) for table, rows in _stored(scheme).items()
    }
    write_workbook(path, sheets, title=scheme.title)


def export_directory_csv(scheme: DipScheme, folder: Path) -> None:
    """Write the tables of a directory as CSV, and scheme.toml with its options. Raises OutputError."""
    refuse_taken(folder)
    files = {f"{table.name}.csv": csv_bytes(table.names(), rows) for table, rows in _stored(scheme).items()}
    files[ABOUT] = read_content(_folder_of(scheme) / ABOUT, "restore the scheme")
    write_files(folder, files)


def _stored(scheme: DipScheme) -> Mapping[Table, Rows]:
    """The rows of each table of the folder as they stand there, names and remarks too."""
    folder = _folder_of(scheme)
    checksums = read_about(folder)["sha256"]
    return {
        table: rows_of(folder, table, checksums)
        for table in DIP_TABLES
        if table in DIP_REQUIRED or f"{table.name}.csv" in checksums
    }


def _folder_of(scheme: DipScheme) -> Path:
    if scheme.folder is None:
        raise RulesError(f"{scheme.id} was not loaded from a folder", hint="load it with load_scheme(folder)")
    return scheme.folder
