"""Schemes and comparisons as files for people: workbooks in the official layout, and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from drgcalc.base.errors import OutputError
from drgcalc.base.scheme_columns import SCHEME_TABLES
from drgcalc.grouping.scheme import Scheme
from drgcalc.tables.diff import SchemeDiff, Word
from drgcalc.tables.dip.diff import DipChange, DipDiff
from drgcalc.tables.folder import csv_bytes, report_bytes
from drgcalc.tables.official import LAYOUTS

Rows = Iterable[Sequence[object]]
Sheets = Mapping[str, tuple[Sequence[str], Rows]]

# A workbook carries its date of creation; a fixed one makes equal content equal bytes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_SHEET_ROWS = 1_048_576
_NAMED = {
    "code_sets": ("集合编号", "ICD编码", "ICD名称", "类型编号"),
    "cc": ("疾病编码", "疾病名称", "排除表", "类型"),
    "exclusions": ("集合编号", "ICD编码", "ICD名称"),
}
_MARKS = {"same": "{}", "old": "[-{}-]", "new": "[+{}+]"}


def refuse_taken(target: Path) -> None:
    """Raises OutputError for a path that exists: nothing is ever overwritten."""
    if target.exists():
        raise OutputError(f"{target} exists already", hint="name a new one: nothing is ever overwritten")


def export_workbook(scheme: Scheme, path: Path) -> None:
    """Write a scheme as a workbook in the official layout: six sheets, the names of codes empty.

    Sets without members are left out, for the layout cannot say them. Raises OutputError.
    """
    refuse_taken(path)
    rows = _scheme_rows(scheme)
    rows["code_sets"] = [row for row in rows["code_sets"] if row[2]]
    sheets = {LAYOUTS[table].sheet: _official(table, rows[table]) for table in LAYOUTS}
    write_workbook(path, sheets, title=scheme.title)


def _official(table: str, rows: Rows) -> tuple[Sequence[str], Rows]:
    """The rows under the official headers, in the official order of columns; a header of no column stays empty."""
    headers = LAYOUTS[table].headers
    places = {texts[0]: place for place, texts in enumerate(headers.values())}
    order = _NAMED.get(table, tuple(places))
    return order, [[row[places[text]] if text in places else "" for text in order] for row in rows]


def export_csv(scheme: Scheme, folder: Path) -> None:
    """Write the six tables of a scheme as plain CSV files, which `import_csv_folder` reads. Raises OutputError."""
    refuse_taken(folder)
    rows = _scheme_rows(scheme)
    tables = {table.name: csv_bytes(table.names(), rows[table.name]) for table in SCHEME_TABLES}
    write_csvs(folder, tables)


def export_diff(diff: SchemeDiff | DipDiff, transitions: pa.Table | None, path: Path) -> None:
    """Write a comparison whole: a workbook when `path` ends in .xlsx, else a folder of CSV files.

    Raises OutputError.
    """
    changes = {"changes": (DipChange._fields, diff.changes)} if isinstance(diff, DipDiff) else diff_sheets(diff)
    sheets: dict[str, tuple[Sequence[str], Rows]] = {**changes}
    if transitions is not None:
        columns = (column.to_pylist() for column in transitions.columns)
        sheets["transitions"] = (transitions.column_names, list(zip(*columns, strict=True)))
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, sheets)
    else:
        write_csvs(path, {name: report_bytes(header, rows) for name, (header, rows) in sheets.items()})


def diff_sheets(diff: SchemeDiff) -> Sheets:
    """The parts of a comparison as tables: name to header and rows; sets first as counts, then code by code."""
    return {
        "groups": (("level", "key", "change", "old_name", "new_name"), diff.groups),
        "rules": (
            ("level", "key", "same_meaning", "old_rule", "new_rule", "words"),
            [
                (
                    item.level,
                    item.key,
                    "yes" if item.same_meaning else "no",
                    item.old_rule,
                    item.new_rule,
                    marked(item.words),
                )
                for item in diff.rules
            ],
        ),
        "orders": (
            ("level", "scope", "old_order", "new_order"),
            [(item.level, item.scope, " ".join(item.old_order), " ".join(item.new_order)) for item in diff.orders],
        ),
        "sets": (
            ("set_id", "kind", "change", "codes_added", "codes_dropped"),
            [(item.set_id, item.kind, item.change, len(item.added), len(item.dropped)) for item in diff.sets],
        ),
        "set_codes": (
            ("set_id", "change", "code"),
            [row for item in diff.sets for row in _codes((item.set_id,), item.added, item.dropped)],
        ),
        "complications": (("code", "old_level", "new_level"), diff.complications),
        "exclusions": (
            ("code", "level", "codes_added", "codes_dropped"),
            [(item.code, item.level, len(item.added), len(item.dropped)) for item in diff.exclusions],
        ),
        "exclusion_codes": (
            ("code", "level", "change", "principal_diagnosis"),
            [row for item in diff.exclusions for row in _codes((item.code, item.level), item.added, item.dropped)],
        ),
    }


def marked(words: Iterable[Word]) -> str:
    """A rule's change on one line: `ZYSS in [-OP_A-] [+OP_B+]`."""
    return " ".join(_MARKS[word.state].format(word.text) for word in words)


def _codes(key: tuple[str, ...], added: Iterable[str], dropped: Iterable[str]) -> Iterator[tuple[str, ...]]:
    yield from ((*key, "added", code) for code in added)
    yield from ((*key, "dropped", code) for code in dropped)


def _scheme_rows(scheme: Scheme) -> dict[str, list[tuple[object, ...]]]:
    """The six tables of a loaded scheme; cells in the order of base.columns."""
    return {
        "mdc": list(scheme.mdc),
        "adrg": list(scheme.adrg),
        "drg": list(scheme.drg),
        "code_sets": sorted((name, held.kind, code) for name, held in scheme.code_sets.items() for code in held.codes),
        "cc": sorted(scheme.cc),
        "exclusions": sorted((name, code) for name, codes in scheme.exclusions.items() for code in codes),
    }


@contextmanager
def _output(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, XlsxWriterException) as error:
        raise OutputError(
            f"{path} cannot be written: {error}", hint="close it elsewhere, or choose another path"
        ) from error


def write_workbook(path: Path, sheets: Sheets, title: str = "") -> None:
    """Write sheets, name to header and rows. Text stays text: nothing is taken for a number, a formula or a link.

    `title` stands above the first. Raises OutputError.
    """
    with _output(path), xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": _CREATED})
        for place, (name, (header, rows)) in enumerate(sheets.items()):
            heads = [(title,), header] if title and place == 0 else [header]
            _write_sheet(book, path, name, heads, rows)


def _write_sheet(
    book: xlsxwriter.Workbook, path: Path, name: str, heads: Sequence[Sequence[object]], body: Rows
) -> None:
    """A sheet; what does not fit into one goes on in the next, `name (2)`, under the same header."""
    lines, size = list(body), _SHEET_ROWS - len(heads)
    for part, start in enumerate(range(0, max(len(lines), 1), size), start=1):
        sheet = book.add_worksheet(name if part == 1 else f"{name} ({part})")
        for number, row in enumerate([*heads, *lines[start : start + size]]):
            for place, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(number, place, cell)
                elif cell not in ("", None) and sheet.write_string(number, place, str(cell)) < 0:
                    raise OutputError(f"{path}: {str(cell)[:40]}… does not fit into a cell", hint="write CSV instead")


def write_csvs(folder: Path, tables: Mapping[str, bytes]) -> None:
    """Write CSV files into a folder, by the name of the table. Raises OutputError."""
    write_files(folder, {f"{name}.csv": content for name, content in tables.items()})


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder by name. Raises OutputError."""
    with _output(folder / "tables"):
        for name, content in files.items():
            (folder / name).write_bytes(content)
