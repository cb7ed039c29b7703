from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from drgcalc.base.columns import FUND, HOSPITALS
from drgcalc.base.decision_columns import ASSESSMENTS
from drgcalc.base.errors import RulesError
from drgcalc.run.region import load_region
from drgcalc.run.region_tables import read_cell


def change(folder: Path, name: str, old: str, new: str, encoding: str = "utf-8") -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding=encoding)


def refusal(folder: Path) -> str:
    with pytest.raises(RulesError) as caught:
        load_region(folder)
    assert caught.value.hint
    return caught.value.message


def test_a_region_is_read_with_its_tables(region_folder: Path) -> None:
    region = load_region(region_folder)
    assert region.pool_of_code() == {"310": "employee", "390": "resident"}
    assert region.values == {"sex": {"男性": "1"}}
    assert [(row.hospital_id, row.coefficient) for row in region.hospitals][1] == ("H01", Decimal("1.100000"))
    assert region.scores[1].mean_fee == Decimal("12000.00")
    assert region.scores[0].level is None
    assert region.fund[1].amount == Decimal("500000.00")
    assert region.hospitals[0].effective_to == date(2024, 6, 30)


def test_tables_saved_by_excel_in_gbk_with_chinese_headers_are_read(region_folder: Path) -> None:
    change(region_folder, "hospitals.csv", "hospital_id,name,level", "机构代码,机构名称,机构等级", "gb18030")
    assert load_region(region_folder).hospitals[0].name == "第一医院"


@pytest.mark.parametrize(("cell", "ratio"), [("98%", "0.98"), ("12.5%", "0.125"), ("１００％", "1"), ("0.98", "0.98")])
def test_a_ratio_may_be_written_in_per_cent(cell: str, ratio: str) -> None:
    assert read_cell(ASSESSMENTS.column("score"), cell, "here") == Decimal(ratio)
    assert read_cell(HOSPITALS.column("coefficient"), cell, "here") == Decimal(ratio)


def test_what_is_no_ratio_may_not_be_written_in_per_cent() -> None:
    with pytest.raises(RulesError, match="not a plain decimal number"):
        read_cell(FUND.column("amount"), "98%", "here")


def test_dates_as_excel_writes_them_are_read(region_folder: Path) -> None:
    change(region_folder, "scores/2024.csv", "2024-01-01", "2024/1/1")
    assert load_region(region_folder).scores[0].effective_from == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("region.toml", 'id = "town"', 'id = "town"\ncolour = "red"', "unknown key colour"),
        ("region.toml", 'name = "测试市"\n', "", "the key name is missing"),
        ("region.toml", 'codes = ["390"]', 'codes = ["310"]', "pools.resident.codes: '310' belongs already"),
        ("region.toml", 'codes = ["390"]', "codes = 390", "pools.resident.codes must be a list of texts"),
        ("region.toml", '"settlement"', '"birthday"', "date_basis is 'birthday'"),
        ("region.toml", "[inputs]", '[inputs]\nunknown_hospitals = "ask"', "inputs.unknown_hospitals is 'ask'"),
        ("region.toml", "[values]\nsex", "[values]\nshoe", "records have no column 'shoe'"),
        ("region.toml", "[[policy]]", "[policy]", "policy must be one or more"),
        ("region.toml", "id = ", "id ", "not TOML"),
        ("hospitals.csv", "1.05", "1,05", "hospitals.csv row 1 (line 2): 8 cells under 7 columns"),
        ("hospitals.csv", "0.9", "abc", "hospitals.csv row 3 (line 4): coefficient 'abc'"),
        ("hospitals.csv", "2024-06-30", "2024-07-01", "H01 is in force from 2024-07-01"),
        ("hospitals.csv", "2024-06-30", "2023-06-30", "is before effective_from"),
        ("hospitals.csv", "0.9", "0.9000001", "more than 6 decimals"),
        ("hospitals.csv", "level", "rank", "unknown column 'rank'"),
        ("scores/2024.csv", "AA12", "AA11", "row 2 (line 3): AA11 is in force from 2024-01-01"),
        ("scores/2024.csv", ",文件3", ",", "source (依据) is empty"),
        ("scores/2024.csv", "2024-01-01", "2024-13-01", "effective_from '2024-13-01'"),
        ("scores/2024.csv", ",source", "", "the column source is missing"),
        ("scores/2024.csv", "score", "group_code", "group_code stands twice"),
        ("fund/2024.csv", "resident", "farmers", "fund/2024.csv row 2 (line 3): pool 'farmers'"),
        ("fund/2024.csv", "2024,resident", "2024,employee", "stands already in fund/2024.csv row 1"),
        ("fund/2024.csv", "500000", "5e5", "amount '5e5'"),
        ("fund/2024.csv", "500000", '"500000', "line"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_place(
    region_folder: Path, name: str, old: str, new: str, said: str
) -> None:
    change(region_folder, name, old, new)
    message = refusal(region_folder)
    assert said in message
    assert name.partition("/")[0] in message or "region.toml" in message


def test_a_folder_without_region_file_is_refused(tmp_path: Path) -> None:
    assert "holds no region.toml" in refusal(tmp_path)


def test_a_missing_table_is_named(region_folder: Path) -> None:
    (region_folder / "hospitals.csv").unlink()
    assert "hospitals.csv is missing" in refusal(region_folder)


def test_an_empty_folder_of_accounts_is_named(region_folder: Path) -> None:
    (region_folder / "fund/2024.csv").unlink()
    assert "fund/ holds no CSV file" in refusal(region_folder)


def test_a_region_without_scores_can_be_read_since_they_come_from_its_history(region_folder: Path) -> None:
    (region_folder / "scores/2024.csv").unlink()
    assert load_region(region_folder).scores == ()


def test_an_unreadable_encoding_is_refused(region_folder: Path) -> None:
    (region_folder / "hospitals.csv").write_bytes(b"\xff\xff\xff")
    assert "neither UTF-8 nor GB18030" in refusal(region_folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "hospitals.csv",
            "二级,0.9",
            "二级,0",
            "hospitals.csv row 3 (line 4): coefficient is 0.000000, not above zero",
        ),
        ("hospitals.csv", "二级,0.9", "二级,-0.9", "coefficient is -0.900000, not above zero"),
        (
            "scores/2024.csv",
            "AA12,250.5",
            "AA12,-250.5",
            "scores/2024.csv row 2 (line 3): score is -250.5000, below zero",
        ),
        ("scores/2024.csv", "100,5000", "100,0", "mean_fee is 0.00, not above zero"),
    ],
)
def test_numbers_with_a_wrong_sign_are_refused_by_file_and_row(
    region_folder: Path, name: str, old: str, new: str, message: str
) -> None:
    change(region_folder, name, old, new)
    assert message in refusal(region_folder)


def test_a_score_of_zero_is_a_score(region_folder: Path) -> None:
    change(region_folder, "scores/2024.csv", "AA12,250.5", "AA12,0")
    assert [str(score.score) for score in load_region(region_folder).scores] == ["100.0000", "0.0000"]
