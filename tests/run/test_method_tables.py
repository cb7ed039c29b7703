"""A region's folder methods/: whatever is wrong in its tables is named, with file, row and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from drgcalc.base.errors import RulesError
from drgcalc.run.method_tables import read_method_tables

POOLS = ("employee", "resident")
PRICES = "method,fund_price,patient_price,effective_from,effective_to,source\n"
AGREEMENTS = "year,month,pool,method,hospital_id,item,amount,source\n"
HISTORY = "year,pool,hospital_id,group_code,cases,total_fee,fund_paid,source\n"
ADJUSTMENTS = (
    "year,from_month,pool,method,hospital_id,amount,decided_on,reason,requester,pre_review,final_review,source\n"
)


def test_a_region_without_the_folder_has_empty_tables(tmp_path: Path) -> None:
    assert read_method_tables(tmp_path, POOLS).prices == ()


def test_empty_cells_of_a_price_are_any(tmp_path: Path) -> None:
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods/prices.csv").write_text(PRICES + "m,100,20,2024-01-01,,x\n", encoding="utf-8")
    price = read_method_tables(tmp_path, POOLS).prices[0]
    assert (price.hospital_id, price.level, price.group_code) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("other.csv", "a\n", "no table of payment methods"),
        ("prices.csv", PRICES + "m,100,20,2024-01-15,,x\n", "not the first of a month"),
        ("prices.csv", PRICES + "m,100,20,2024-01-01,2024-02-28,x\n", "not the last of a month"),
        ("prices.csv", PRICES + "m,-1,20,2024-01-01,,x\n", "below zero"),
        ("agreements.csv", AGREEMENTS + "2024,,poor,m,H1,heads,5,x\n", "not a pool"),
        ("agreements.csv", AGREEMENTS + "2024,13,employee,m,H1,heads,5,x\n", "month is 13"),
        ("agreements.csv", AGREEMENTS + "2024,,employee,m,H1,heads,-5,x\n", "below zero"),
        ("agreements.csv", AGREEMENTS + "2024,,employee,m,H1,heads,5,x\n" * 2, "stands already"),
        ("history.csv", HISTORY + "2023,employee,H1,,5,-1,1,x\n", "below zero"),
        ("history.csv", HISTORY + "2023,employee,H1,,5,1,1,x\n" * 2, "stands already"),
        ("adjustments.csv", ADJUSTMENTS + "2024,0,employee,m,H1,5,2024-07-01,a,b,c,d,x\n", "from_month is 0"),
        ("adjustments.csv", ADJUSTMENTS + "2024,7,employee,m,H1,5,2024-07-01,a,b,,d,x\n", "pre_review"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / name).write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=words) as error:
        read_method_tables(tmp_path, POOLS)
    assert f"methods/{name}" in error.value.message
    assert error.value.hint
