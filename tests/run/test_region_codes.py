"""codes/ of a region: crosswalks and grey lists are found by name, read strictly, and held against the scheme."""

from __future__ import annotations

from pathlib import Path

import pytest

from drgcalc.base.errors import RulesError
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.run.region_codes import code_files, coding_of, read_code_names, read_code_tables

KNOWN = KnownCodes(CodeList(["K80.101"]), CodeList(["47.0100"]))


def write(region: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (region / "codes").mkdir(exist_ok=True)
    (region / "codes" / name).write_text(text, encoding=encoding)


def test_a_region_without_the_folder_has_no_tables(tmp_path: Path) -> None:
    tables = read_code_tables(tmp_path)
    assert (tables.diagnoses, tables.procedures, tables.grey) == ({}, {}, {})


def test_tables_may_have_chinese_headers_and_come_from_an_office(tmp_path: Path) -> None:
    write(tmp_path, "crosswalk_procedures.csv", "原编码,原名称,医保编码,依据\n47.01,阑尾切除,47.0100,映射\n", "gb18030")
    row = read_code_tables(tmp_path).procedures["47.01"]
    assert (row.mapped, row.source, row.where) == ("47.0100", "映射", "codes/crosswalk_procedures.csv row 1 (line 2)")


def test_one_crosswalk_may_come_in_several_files(tmp_path: Path) -> None:
    write(tmp_path, "crosswalk_diagnoses.csv", "original,mapped,source\nA00,A00.900,x\n")
    write(tmp_path, "crosswalk_diagnoses-2024 new.csv", "original,mapped,source\nB00,B00.900,x\n")
    assert sorted(read_code_tables(tmp_path).diagnoses) == ["A00", "B00"]


def test_rows_of_two_files_contradict_each_other_by_name(tmp_path: Path) -> None:
    write(tmp_path, "crosswalk_diagnoses.csv", "original,mapped,source\nA00,A00.900,x\n")
    write(tmp_path, "crosswalk_diagnoses-2.csv", "original,mapped,source\nA00,A00.100,x\n")
    with pytest.raises(RulesError, match=r"A00 is mapped to A00\.\d00, and to .* in codes/crosswalk_diagnoses"):
        read_code_tables(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("crosswalk_diagnosis.csv", "original,mapped,source\n", "crosswalk_diagnosis.csv is no table"),
        ("crosswalk_diagnoses.csv", "original,source\nA00,x\n", "the column mapped is missing"),
        ("crosswalk_diagnoses.csv", "original,mapped,source\nA00,,x\n", "row 1 (line 2): mapped (医保编码) is empty"),
        ("crosswalk_diagnoses.csv", "original,mapped,source\nA00,K80.1,x\n", "mapped 'K80.1' is not written as"),
        ("crosswalk_procedures.csv", "original,mapped,source\n47,K80.101,x\n", "mapped 'K80.101' is not written as"),
        ("grey_diagnoses.csv", "code,name,source\nK80,x,y\n", "row 1 (line 2): code 'K80' is not written as"),
        ("grey_diagnoses.csv", "code,name\nK80.101,x\n", "the column source is missing"),
    ],
)
def test_a_bad_file_is_named_with_row_and_value(tmp_path: Path, name: str, text: str, said: str) -> None:
    write(tmp_path, name, text)
    with pytest.raises(RulesError) as caught:
        read_code_tables(tmp_path)
    assert said in caught.value.message
    assert caught.value.hint


def test_codes_are_named_by_their_own_tables_first_and_then_by_crosswalks(tmp_path: Path) -> None:
    write(tmp_path, "names_diagnoses.csv", "code,name,source\nk80.1,胆囊结石,目录\n")
    write(tmp_path, "names_procedures.csv", "编码,名称,依据\n51.23,胆囊切除,目录\n", "gb18030")
    crosswalk = "original,mapped,mapped_name,source\nK80,K80.1,别名,表\nK81,K81.000,急性胆囊炎,表\nK82,K82.000,,表\n"
    write(tmp_path, "crosswalk_diagnoses.csv", crosswalk)
    names = read_code_names(tmp_path)
    assert names == {"DI": {"K80.1": "胆囊结石", "K81.000": "急性胆囊炎"}, "OP": {"51.23": "胆囊切除"}}


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, ".~lock.csv", "")
    assert code_files(tmp_path) == ()


def test_mapped_codes_that_the_scheme_does_not_name_are_a_finding_of_the_file(tmp_path: Path) -> None:
    rows = "".join(f"B0{n},Q0{n}.900,x\n" for n in range(5))
    write(tmp_path, "crosswalk_diagnoses.csv", f"original,mapped,source\nA00,K80.101,x\n{rows}")
    (finding,) = coding_of(tmp_path, KNOWN, repair=False).findings
    assert (finding.code, finding.file) == ("F108", "codes/crosswalk_diagnoses.csv")
    assert finding.value == "B00 → Q00.900, B01 → Q01.900, B02 → Q02.900 and 2 more"
