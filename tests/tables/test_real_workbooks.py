"""The four real rule sets of the shared data: read there, never copied; the tests skip where they are absent."""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pyarrow.parquet as pq
import pytest

from drgcalc.base.errors import RulesError
from drgcalc.grouping.scheme import Scheme, load_scheme
from drgcalc.tables.check import check_scheme
from drgcalc.tables.diff import diff_schemes
from drgcalc.tables.export import export_workbook
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.model import ImportResult
from drgcalc.tables.official import import_workbook

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
NAMES = ("chs_drg_11", "foshan_2022", "guangxi_2022", "changzhou_2022")
# Foshan's rule of CB11 names a set that its workbook gives no members.
EMPTY_SETS = {"foshan_2022": ("OP1_CB11",)}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no shared data in {DATA}: real workbooks are not tested")


def imported(name: str) -> ImportResult:
    return import_workbook(DATA / f"{name}.xlsx", scheme_id=name, empty_sets=EMPTY_SETS.get(name, ()))


@cache
def timed(name: str) -> tuple[ImportResult, float]:
    start = time.perf_counter()
    return imported(name), time.perf_counter() - start


@cache
def scheme(name: str) -> Scheme:
    folder = Path(mkdtemp()) / name
    write_table_folder(timed(name)[0], folder)
    return load_scheme(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_real_workbook_imports_and_loads(name: str, capsys):
    result, seconds = timed(name)
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {len(result.tables.code_sets):,} members imported in {seconds:.1f} s ")
    assert len(result.tables.code_sets) > 100_000
    assert len(scheme(name).drg) == len(result.tables.drg)


def test_the_traps_of_a_real_workbook_are_all_reported():
    codes = {note.code for note in timed("chs_drg_11")[0].notes}
    assert {"T001", "T003", "T005", "T006", "T012"} <= codes


def test_a_misplaced_fall_back_of_a_real_workbook_ends_last():
    assert [row.code for row in scheme("chs_drg_11").adrg if row.mdc == "MDCO"][-3:] == ["OT1", "OZ1", "O00"]


def test_a_forgotten_set_of_a_real_workbook_is_an_error_unless_declared():
    with pytest.raises(RulesError, match="sheet DRG, row 176: the rule of CB11 names set OP1_CB11"):
        import_workbook(DATA / "foshan_2022.xlsx", scheme_id="foshan_2022")


def test_two_imports_of_a_real_workbook_are_byte_identical(tmp_path: Path):
    for folder in ("one", "two"):
        write_table_folder(imported("chs_drg_11"), tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_record_reached_is_called_unreachable(name: str):
    unreachable = {
        finding.message.split(": ", 2)[-1].split(" is tried")[0].split(" asks for")[0].split(",")[0].split(" ")[-1]
        for finding in check_scheme(scheme(name))
        if finding.code in ("T104", "T105", "T106", "T109")
    }
    reached: set[str] = set()
    for path in sorted(DATA.glob(f"{name}.*.parquet")):
        columns = pq.read_table(path, columns=["expected_adrg", "expected_drg"]).columns
        reached.update(code for column in columns for code in column.to_pylist())
    assert not unreachable & reached


def test_the_known_defects_of_a_city_scheme_are_found():
    codes = {finding.code for finding in check_scheme(scheme("changzhou_2022"))}
    assert {"T104", "T105", "T107", "T108", "T109"} <= codes


def test_two_real_schemes_differ_in_groups_rules_sets_and_levels():
    diff = diff_schemes(scheme("chs_drg_11"), scheme("changzhou_2022"))
    assert all((diff.groups, diff.rules, diff.sets, diff.complications, diff.exclusions))


def test_a_real_scheme_survives_export_and_import(tmp_path: Path):
    export_workbook(scheme("chs_drg_11"), tmp_path / "export.xlsx")
    write_table_folder(import_workbook(tmp_path / "export.xlsx", scheme_id="chs_drg_11"), tmp_path / "again")
    assert load_scheme(tmp_path / "again").checksum == scheme("chs_drg_11").checksum
