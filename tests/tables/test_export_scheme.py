from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import fastexcel
import pytest
from test_diff_schemes import NEW, OLD

from drgcalc.base.errors import OutputError
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.diff import diff_schemes
from drgcalc.tables.export import diff_sheets, export_csv, export_diff, export_workbook
from drgcalc.tables.folder import import_csv_folder, write_table_folder
from drgcalc.tables.official import import_workbook
from drgcalc.tables.transitions import transitions


@pytest.fixture
def scheme(book, load):
    book["ADRG"][2][2] = "ZYZD in DI_BB1 and ZYSS in OP_BB1 and NL >= 1"
    return load(book)


def test_an_exported_workbook_imports_to_the_same_scheme(scheme, tmp_path: Path):
    export_workbook(scheme, tmp_path / "out" / "export.xlsx")
    write_table_folder(import_workbook(tmp_path / "out" / "export.xlsx", scheme_id="small"), tmp_path / "again")
    again = load_scheme(tmp_path / "again")
    assert not diff_schemes(scheme, again)
    assert (again.title, again.mdc, again.checksum) == (scheme.title, scheme.mdc, scheme.checksum)


def test_an_exported_workbook_has_the_official_sheets_and_headers(scheme, tmp_path: Path):
    export_workbook(scheme, tmp_path / "export.xlsx")
    book = fastexcel.read_excel(tmp_path / "export.xlsx")
    assert book.sheet_names == ["MDC", "ADRG", "DRG", "集合", "CC", "排除表"]
    sheet = book.load_sheet("CC", header_row=None, dtypes="string").to_arrow().to_pylist()
    assert list(sheet[0].values()) == ["疾病编码", "疾病名称", "排除表", "类型"]
    assert list(sheet[1].values()) == ["E11.900", None, "EX_1", "CC"]


def test_two_exports_give_the_same_bytes(scheme, tmp_path: Path):
    for name in ("one.xlsx", "two.xlsx"):
        export_workbook(scheme, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_exported_csv_tables_import_to_the_same_scheme(scheme, tmp_path: Path):
    export_csv(scheme, tmp_path / "plain")
    write_table_folder(import_csv_folder(tmp_path / "plain", scheme_id="small"), tmp_path / "again")
    assert not diff_schemes(scheme, load_scheme(tmp_path / "again"))


def test_a_rule_too_long_for_a_cell_is_refused_not_cut(scheme, tmp_path: Path):
    rule = " or ".join(["ZYZD in DI_BB1"] * 3_000)
    long = replace(scheme, adrg=tuple(row._replace(rule=rule) if row.code == "BB1" else row for row in scheme.adrg))
    with pytest.raises(OutputError, match="does not fit into a cell"):
        export_workbook(long, tmp_path / "long.xlsx")


def test_a_path_that_cannot_be_written_is_an_output_error(scheme, tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        export_workbook(scheme, tmp_path / "file" / "export.xlsx")
    with pytest.raises(OutputError, match="cannot be written"):
        export_csv(scheme, tmp_path / "file" / "export")


def test_a_comparison_is_exported_whole_as_csv_and_as_workbook(scheme, tmp_path: Path):
    new = replace(scheme, drg=tuple(row._replace(rule="NL > 3") if row.code == "BR13" else row for row in scheme.drg))
    diff = diff_schemes(scheme, new)
    matrix = transitions(OLD, NEW)
    export_diff(diff, matrix, tmp_path / "diff")
    export_diff(diff, matrix, tmp_path / "diff.xlsx")
    names = [*diff_sheets(diff), "transitions"]
    assert sorted(path.stem for path in (tmp_path / "diff").iterdir()) == sorted(names)
    assert fastexcel.read_excel(tmp_path / "diff.xlsx").sheet_names == names
    with (tmp_path / "diff" / "transitions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    points = ["160.0000", "191.0000", "31.0000"]
    assert rows[1] == ["H1", "employee", "grouped", "BR15", "grouped", "BR13", "2", *points, "", "300.30"]
    sheet = fastexcel.read_excel(tmp_path / "diff.xlsx").load_sheet("transitions").to_polars()
    assert sheet["yuan_moved"].null_count() == len(sheet)


def test_codes_of_changed_sets_are_counted_and_then_listed(scheme):
    old = replace(scheme, code_sets={name: held for name, held in scheme.code_sets.items() if name != "DI_MDCB"})
    sheets = diff_sheets(diff_schemes(old, scheme))
    assert list(sheets["sets"][1]) == [("DI_MDCB", "DI", "added", 3, 0)]
    assert len(list(sheets["set_codes"][1])) == 3
