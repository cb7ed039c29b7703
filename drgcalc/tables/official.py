"""The official DRG configuration workbook (按病组（DRG）付费分组方案配置信息): six sheets to a scheme.

Source: NHSA workbook of 2026-09-09; other editions and city versions that keep its header texts are read alike.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection
from pathlib import Path

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.build import build_tables
from drgcalc.tables.cells import heading
from drgcalc.tables.journal import Journal
from drgcalc.tables.model import About, ImportResult, SourceFile
from drgcalc.tables.spreadsheet import open_spreadsheet
from drgcalc.tables.workbook import Layout, RawRow, read_book

LAYOUTS = {
    "mdc": Layout(
        "MDC",
        {
            "code": ("MDC编码", "MDC"),
            "name": ("MDC名称",),
            "rule": ("MDC规则",),
            "seq": ("排序", "MDC排序"),
        },
    ),
    "adrg": Layout(
        "ADRG",
        {
            "code": ("ADRG编码", "ADRG"),
            "name": ("ADRG名称",),
            "rule": ("ADRG规则",),
            "mdc": ("所属MDC编码", "所属MDC"),
            "seq": ("MDC内排序", "排序"),
        },
    ),
    "drg": Layout(
        "DRG",
        {
            "code": ("DRG编码", "DRG"),
            "name": ("DRG名称",),
            "rule": ("DRG规则",),
            "adrg": ("所属ADRG编码", "所属ADRG"),
            "mdc": ("所属MDC编码", "所属MDC"),
            "seq": ("排序", "ADRG内排序"),
        },
    ),
    "code_sets": Layout("集合", {"set_id": ("集合编号",), "kind": ("类型编号", "类型"), "code": ("ICD编码",)}),
    "cc": Layout("CC", {"code": ("疾病编码", "ICD编码"), "level": ("类型",), "exclusion_set": ("排除表",)}),
    "exclusions": Layout("排除表", {"exclusion_set": ("集合编号",), "code": ("ICD编码",)}),
}
AMENDMENT_HEADERS = {"exclusion_set": ("exclusion_set", "集合编号"), "code": ("code", "ICD编码")}
LICENSE_NOTE = "published by its issuer; imported for local use, not to be passed on with drgcalc"


def import_workbook(
    path: Path, *, scheme_id: str, amendments: Path | None = None, empty_sets: Collection[str] = ()
) -> ImportResult:
    """The scheme of an official workbook, and a note for everything that was repaired or is odd.

    `amendments`: a CSV of exclusion rows the workbook lacks, columns exclusion_set,code. `empty_sets`: sets that
    rules name and the publisher forgot, to be taken as empty; any other missing set is an error. Raises
    InputError for a file that cannot be read, RulesError naming sheet, row and text for one that is no sound scheme.
    """
    book = read_book(open_spreadsheet(path), LAYOUTS)
    journal = Journal(path)
    journal.notes.extend(book.notes)
    extra, extra_source = read_amendments(amendments) if amendments else ([], None)
    about = About(
        id=scheme_id,
        title=book.title or path.stem,
        edition=path.stem,
        source=f"workbook {path.name}",
        license_note=LICENSE_NOTE,
        diagnosis_codes="as in the workbook, sheets 集合 and CC",
        procedure_codes="as in the workbook, sheet 集合",
        imported_from=SourceFile(path.name, book.sha256),
        amendments=extra_source,
    )
    tables = build_tables(about, book.rows, extra, frozenset(map(heading, empty_sets)), journal)
    return ImportResult(tables, journal.close())


def read_amendments(path: Path) -> tuple[list[RawRow], SourceFile]:
    """The exclusion rows of an amendments CSV (UTF-8), and the file they come from. Raises InputError, RulesError."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="give the path of amendments.csv") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 at byte {error.start}", hint="save it as CSV UTF-8") from error
    lines = list(csv.reader(io.StringIO(text, newline="")))
    header = [heading(cell) for cell in lines[0]] if lines else []
    places = []
    for column, wanted in AMENDMENT_HEADERS.items():
        place = next((header.index(heading(name)) for name in wanted if heading(name) in header), None)
        if place is None:
            raise RulesError(
                f"{path}: no column {column} in the header {','.join(header)}", hint="use exclusion_set,code"
            )
        places.append(place)
    rows = [
        RawRow(path.name, number, tuple(cells[place] if place < len(cells) else "" for place in places))
        for number, cells in enumerate(lines[1:], start=2)
        if any(cells)
    ]
    return rows, SourceFile(path.name, hashlib.sha256(content).hexdigest())
