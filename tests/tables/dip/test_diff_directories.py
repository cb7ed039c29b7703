"""Two directories compared, and a directory exported and imported again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest
from directories import directory, group

from drgcalc.base.errors import OutputError, UsageError
from drgcalc.grouping.scheme import load_scheme
from drgcalc.run.init import DEMO_SCHEME, shipped_schemes
from drgcalc.tables.comparing import compare_schemes
from drgcalc.tables.dip.diff import DipChange, diff_directories
from drgcalc.tables.dip.export import export_directory_csv, export_directory_workbook
from drgcalc.tables.dip.model import GrassrootsLine
from drgcalc.tables.folder import list_schemes, write_table_folder
from drgcalc.tables.importing import import_scheme
from drgcalc.tables.kinds import ProcedureKind

OLD = (
    group("A", "K80.1", "51.2300", seq=1, score=Decimal("800.0000")),
    group("B", "K80.1", seq=2, name="乙"),
    group("C", "I10", seq=3),
)
KINDS = (ProcedureKind("51", "surgical", "n", "s"),)


def changes(tmp_path: Path, *rows: object, **others: object) -> list[DipChange]:
    old = directory(tmp_path / "old", *OLD, kinds=KINDS)
    new = directory(tmp_path / "new", *rows, **{"kinds": KINDS, **others})  # type: ignore[arg-type]
    return list(diff_directories(old, new).changes)


def test_a_directory_differs_from_itself_in_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path, *OLD) == []


def test_groups_added_dropped_and_renamed_are_told(tmp_path: Path) -> None:
    assert changes(tmp_path, OLD[0], OLD[1]._replace(name="丙"), group("D", "J20", seq=4, name="丁")) == [
        DipChange("dip", "B", "renamed", "name", "乙", "丙"),
        DipChange("dip", "C", "dropped", "", "C", ""),
        DipChange("dip", "D", "added", "", "", "丁"),
    ]


def test_expressions_and_scores_of_a_group_are_compared_column_by_column(tmp_path: Path) -> None:
    other = OLD[0]._replace(main_procedure="51.2300|51.2200", score=Decimal("810.5000"))
    assert changes(tmp_path, other, *OLD[1:]) == [
        DipChange("dip", "A", "changed", "main_procedure", "51.2300", "51.2300|51.2200"),
        DipChange("dip", "A", "changed", "score", "800", "810.5"),
    ]


def test_a_further_way_into_a_group_is_told_as_a_row(tmp_path: Path) -> None:
    assert changes(tmp_path, *OLD, group("C", "I11", seq=3)) == [
        DipChange("dip", "C", "added", "row", "", "layer core, principal I11"),
    ]


def test_lists_kinds_and_options_are_compared(tmp_path: Path) -> None:
    found = changes(
        tmp_path,
        *OLD,
        excluded=("R99",),
        procedures=(("38.93", "conservative"),),
        grassroots=(GrassrootsLine(1, "J20", "", "n"),),
        kinds=(ProcedureKind("51", "therapeutic", "n", "s"),),
        options={"tie": "order"},
    )
    assert found == [
        DipChange("excluded_diagnoses", "R99", "added", "", "", ""),
        DipChange("main_procedures", "38.93", "added", "", "", "conservative"),
        DipChange("grassroots", "J20 with none", "added", "", "", ""),
        DipChange("procedure_kinds", "51", "changed", "", "surgical", "therapeutic"),
        DipChange("options", "tie", "changed", "", "higher_score", "order"),
    ]


def test_a_directory_and_a_drg_scheme_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of kind dip and demo-drg of kind drg"):
        compare_schemes(directory(tmp_path / "s", *OLD), load_scheme(shipped_schemes() / DEMO_SCHEME))


def test_an_exported_directory_is_imported_as_it_was(tmp_path: Path) -> None:
    scheme = directory(
        tmp_path / "s",
        *OLD,
        excluded=("R99",),
        procedures=(("38.93", "never_main"),),
        grassroots=(GrassrootsLine(1, "J20", "", "n"),),
        options={"tie": "order", "main_anywhere": ["tumour"], "lower_kinds": True},
    )
    export_directory_csv(scheme, tmp_path / "plain")
    write_table_folder(import_scheme(tmp_path / "plain", scheme_id="again"), tmp_path / "again")
    again = load_scheme(tmp_path / "again")
    assert not compare_schemes(scheme, again)
    for name in ("dip.csv", "procedure_kinds.csv", "main_procedures.csv"):
        assert (tmp_path / "s" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_workbook_has_a_sheet_a_table_under_chinese_headers(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *OLD)
    export_directory_workbook(scheme, tmp_path / "book.xlsx")
    book = fastexcel.read_excel(tmp_path / "book.xlsx")
    assert book.sheet_names[:2] == ["dip", "excluded_diagnoses"]
    table = book.load_sheet("dip", header_row=1).to_arrow()
    assert table.column_names[:3] == ["病种编码", "病种名称", "层级"]
    assert table.num_rows == 3


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *OLD)
    with pytest.raises(OutputError, match="exists already"):
        export_directory_csv(scheme, tmp_path / "s")


def test_directories_are_listed_beside_drg_schemes(tmp_path: Path) -> None:
    directory(tmp_path / "schemes/small", *OLD)
    assert [(line.id, line.kind, line.groups) for line in list_schemes(tmp_path / "schemes")] == [("small", "dip", 3)]
