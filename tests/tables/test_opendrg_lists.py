from __future__ import annotations

from pathlib import Path

import pytest

from drgcalc.base.errors import InputError, RulesError
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.check import check_scheme
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.importing import import_scheme

FILES = {
    "1_MDC.txt": "MDCA 先期分组\nMDCB 神经系统\nMDCM 男性\nMDCZ 多发创伤\n",
    "2_ADRG.txt": "AB1 移植\nBB1 开颅\nBR1 脑梗死\nMR1 男性肿瘤\nZZ1 创伤\n",
    "3_DRG.txt": (
        "AB19 移植\nBB11 开颅，伴严重并发症\nBB13 开颅，伴并发症\nBB15 开颅\n"
        "BQY 歧义\nBR19 脑梗死\nMR19 肿瘤\nZZ19 创伤\n"
    ),
    "4_SS_VALID.txt": "50.5100 甲\n01.5900 戊\n01.6900 戊\n02.9900 己\n",
    "5_MCC.txt": "J96.900 呼吸衰竭 表7-1\n",
    "6_CC.txt": "E11.900\t糖尿病\t表 7-2\nI50.900 心衰\n",
    "7_CCE.txt": "表7-1\nJ96.000 辛\nJ96.100 壬\n表7-2\nE10.900 癸\n",
    "MDC/MDCB_神经系统.dat": "I63.900 脑梗死\nC71.900 脑肿瘤\n",
    "MDC/MDCM_男性.dat": "C61.x00 前列腺\n",
    "MDC/MDCZ_多发创伤.dat": "头部\nS06.200 脑损伤\n胸部\nS27.300 肺损伤\n",
    "ADRG/AB1_移植.dat": "包含以下主要手术或操作：\n50.5100 甲\n",
    "ADRG/BB1_开颅.dat": "包含以下主要诊断：\nC71.900 脑肿瘤\n同时包含以下手术：\n01.5900 戊\n和\n01.6900 戊\n",
    "ADRG/BR1_脑梗死.dat": "包含以下主要诊断：\nI63.900 脑梗死\n",
    "ADRG/MR1_男性肿瘤.dat": "主要诊断或其他诊断中包含以下诊断：\nC61.x00 前列腺\n",
    "ADRG/ZZ1_创伤.dat": "包含以下主要诊断：\nS06.200 脑损伤\n或\n包含以下主要诊断：\nS27.300 肺损伤\n",
}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rules(result, table: str) -> dict[str, str]:
    return {row.code: row.rule for row in getattr(result.tables, table)}


def test_the_lists_become_a_scheme_that_loads_and_checks(lists: Path, tmp_path: Path):
    write_table_folder(import_scheme(lists, scheme_id="lists"), tmp_path / "scheme")
    findings = check_scheme(load_scheme(tmp_path / "scheme"))
    assert {found.code for found in findings} == set()


def test_drg_rules_follow_from_the_last_digit(lists: Path):
    found = rules(import_scheme(lists, scheme_id="lists"), "drg")
    assert found["BB11"] == "QTZD in MCC"
    assert found["BB13"] == "QTZD in MCC or QTZD in CC"
    assert found["BB15"] == found["BR19"] == found["BQY"] == ""


def test_another_last_digit_is_an_error(lists: Path):
    (lists / "3_DRG.txt").write_text(FILES["3_DRG.txt"] + "BR17 脑梗死\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"3_DRG\.txt, row 9: BR17 ends in 7"):
        import_scheme(lists, scheme_id="lists")


def test_blocks_become_conditions(lists: Path):
    found = rules(import_scheme(lists, scheme_id="lists"), "adrg")
    assert found["AB1"] == "ZYSS in OP_AB1"
    assert found["BB1"] == "ZYZD in DI_BB1 and {ZYSS, QTSS} in OP_BB1 and {ZYSS, QTSS} in OP1_BB1"
    assert found["MR1"] == "{ZYZD, QTZD} in DI_MR1"
    assert found["ZZ1"] == "(ZYZD in DI_ZZ1) or (ZYZD in DI1_ZZ1)"


def test_a_heading_may_announce_diagnoses_and_procedures_together(lists: Path):
    (lists / "ADRG/BB1_开颅.dat").write_text(
        "包含以下主要诊断，包含以下主要手术或操作：\nC71.900 脑肿瘤\n01.5900 戊\n", encoding="utf-8"
    )
    assert rules(import_scheme(lists, scheme_id="lists"), "adrg")["BB1"] == "ZYZD in DI_BB1 and ZYSS in OP_BB1"


def test_qy_takes_valid_procedures_and_stands_behind_the_surgical_groups(lists: Path):
    result = import_scheme(lists, scheme_id="lists")
    rows = [row for row in result.tables.adrg if row.mdc == "MDCB"]
    assert [row.code for row in sorted(rows, key=lambda row: row.seq)] == ["BB1", "BQY", "BR1"]
    assert rules(result, "adrg")["BQY"] == "ZYSS in OP_ALL"


def test_qy_without_a_list_of_valid_procedures_is_an_error(lists: Path):
    (lists / "4_SS_VALID.txt").unlink()
    with pytest.raises(RulesError, match="BQY names set OP_ALL"):
        import_scheme(lists, scheme_id="lists")


def test_gates_of_men_and_of_multiple_trauma_ask_for_more_than_a_diagnosis(lists: Path):
    found = rules(import_scheme(lists, scheme_id="lists"), "mdc")
    assert found["MDCA"] == ""
    assert found["MDCM"] == "ZYZD in DI_MDCM and XB = 1"
    assert found["MDCZ"] == ("(ZYZD in DI1_MDCZ and QTZD in {DI2_MDCZ}) or (ZYZD in DI2_MDCZ and QTZD in {DI1_MDCZ})")


def test_special_mdcs_are_tried_before_the_organ_systems(lists: Path):
    result = import_scheme(lists, scheme_id="lists")
    assert [row.code for row in sorted(result.tables.mdc, key=lambda row: row.seq)] == ["MDCA", "MDCZ", "MDCM", "MDCB"]


def test_complications_keep_their_exclusion_tables(lists: Path):
    tables = import_scheme(lists, scheme_id="lists").tables
    assert set(tables.cc) == {("J96.900", "MCC", "EX_1"), ("E11.900", "CC", "EX_2"), ("I50.900", "CC", "")}
    assert ("EX_1", "J96.100") in tables.exclusions


def test_every_rule_written_from_words_is_noted_with_the_words(lists: Path):
    notes = import_scheme(lists, scheme_id="lists").notes
    assert any(note.code == "T020" and note.text == "包含以下主要手术或操作：" for note in notes)


def test_lists_in_gb18030_read_alike(lists: Path):
    expected = import_scheme(lists, scheme_id="lists").tables.rows()
    for name, text in FILES.items():
        (lists / name).write_bytes(text.replace("\n", "\r\n").encode("gb18030"))
    assert import_scheme(lists, scheme_id="lists").tables.rows() == expected


def test_a_heading_that_is_not_understood_names_file_and_line(lists: Path):
    (lists / "ADRG/BR1_脑梗死.dat").write_text("住院超过十天：\nI63.900 脑梗死\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"ADRG/BR1_脑梗死\.dat, row 1: '住院超过十天：' of BR1"):
        import_scheme(lists, scheme_id="lists")


def test_a_group_without_list_is_an_error(lists: Path):
    (lists / "ADRG/BR1_脑梗死.dat").unlink()
    with pytest.raises(RulesError, match="BR1 has no list"):
        import_scheme(lists, scheme_id="lists")


def test_a_missing_list_is_an_error(lists: Path):
    (lists / "7_CCE.txt").unlink()
    with pytest.raises(InputError, match=r"7_CCE\.txt cannot be read"):
        import_scheme(lists, scheme_id="lists")


def test_codes_before_the_first_exclusion_table_are_an_error(lists: Path):
    (lists / "7_CCE.txt").write_text("J96.000 辛\n" + FILES["7_CCE.txt"], encoding="utf-8")
    with pytest.raises(RulesError, match=r"7_CCE\.txt, row 1"):
        import_scheme(lists, scheme_id="lists")


def test_bytes_in_no_known_encoding_are_an_error(lists: Path):
    (lists / "6_CC.txt").write_bytes(b"\xff\xff\xff\n")
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030"):
        import_scheme(lists, scheme_id="lists")
