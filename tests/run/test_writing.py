from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drgcalc.base.columns import FUND, SCORES, Table
from drgcalc.base.settlement_columns import LEDGER
from drgcalc.run.writing import arrow_table, beside, cell_text, write_csv, write_parquet

POSTING = ("2024", 1, "pool", "employee", "fund", None, Decimal("-12.5"), "=1+1", "文件")


def test_csv_is_utf8_with_bom_lf_and_two_decimals(tmp_path: Path) -> None:
    write_csv(tmp_path / "ledger.csv", LEDGER, [POSTING], "english")
    content = (tmp_path / "ledger.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfperiod,posting")
    assert b"\r" not in content
    assert content.decode("utf-8-sig").splitlines()[1] == "2024,1,pool,employee,fund,,-12.50,'=1+1,文件"


@pytest.mark.parametrize(("headers", "first"), [("chinese", "年度"), ("english", "year"), ("both", "年度 year")])
def test_headers_are_as_the_policy_says(tmp_path: Path, headers: str, first: str) -> None:
    write_csv(tmp_path / "fund.csv", FUND, [], headers)
    assert (tmp_path / "fund.csv").read_text("utf-8-sig").split(",")[0] == first


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'", "'="])
def test_text_that_excel_would_calculate_is_defused(start: str) -> None:
    assert cell_text(FUND.column("item"), f"{start}cmd") == f"'{start}cmd"


def test_negative_money_is_not_text() -> None:
    assert cell_text(FUND.column("amount"), Decimal("-1")) == "-1.00"


def test_money_is_never_rounded_while_writing() -> None:
    with pytest.raises(ValueError, match="more than 2 decimals"):
        cell_text(FUND.column("amount"), Decimal("0.005"))


def test_parquet_is_typed_as_the_columns_say_and_repeats_byte_for_byte(tmp_path: Path) -> None:
    rows = [("AA11", None, Decimal("1.0000"), Decimal("2.00"), date(2024, 1, 1), None, "文件")]
    for name in ("one", "two"):
        write_parquet(tmp_path / name, arrow_table(SCORES, rows))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    schema = pq.read_schema(tmp_path / "one")
    assert str(schema.field("mean_fee").type) == "decimal128(18, 2)"
    assert pq.read_table(tmp_path / "one").to_pylist()[0]["effective_from"] == date(2024, 1, 1)


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    empty: Table = SCORES
    write_parquet(tmp_path / "empty", arrow_table(empty, []))
    assert pq.read_table(tmp_path / "empty").column_names == list(SCORES.names())


def test_columns_are_put_beside_each_other_by_key_and_not_by_place() -> None:
    left = pa.table({"row": [2, 1, 3], "name": ["two", "one", "three"]})
    right = pa.table({"row": [1, 2, 3], "points": [10, 20, 30]})
    joined = beside(left, right, ("row",)).to_pylist()
    assert joined == [
        {"row": 1, "name": "one", "points": 10},
        {"row": 2, "name": "two", "points": 20},
        {"row": 3, "name": "three", "points": 30},
    ]


def test_columns_of_the_right_replace_those_of_the_left() -> None:
    left, right = pa.table({"row": [1], "points": [0]}), pa.table({"row": [1], "points": [5]})
    assert beside(left, right, ("row",)).to_pylist() == [{"row": 1, "points": 5}]


def test_rows_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="row differ"):
        beside(pa.table({"row": [1, 2]}), pa.table({"row": [1, 3]}), ("row",))
