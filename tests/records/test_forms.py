"""The same records in other files, encodings, headers and types are the same records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from deliveries import GOOD, Answer, csv_text, record, table

from drgcalc.base.errors import InputError, RulesError
from drgcalc.records import encoding
from drgcalc.records.intake import HospitalSpan

Read = Callable[..., Answer]
TWO = [record(settlement_id="S1"), record(settlement_id="S2", sex="女", total_fee="1,000.00")]
CHINESE = {
    "settlement_id": "结算ID",
    "person_id": "人员编号",
    "hospital_id": "定点医疗机构代码",
    "pool": "险种",
    "sex": "性别*",
}
CODES = {
    "settlement_id": "setl_id",
    "person_id": "psn_no",
    "hospital_id": "fixmedins_code",
    "pool": "insutype",
    "sex": "gend",
    "admitted_on": "adm_time",
    "discharged_on": "dscg_time",
    "settled_on": "setl_end_date",
    "total_fee": "medfee_sumamt",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


def seen(answer: Answer) -> list[dict[str, Any]]:
    """The checked rows without the name of their file."""
    return [{name: value for name, value in row.items() if name != "source_file"} for row in answer.rows]


def renamed(rows: list[dict[str, str]], names: dict[str, str]) -> list[dict[str, str]]:
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def write_xlsx(path: Path, rows: list[dict[str, str]], dates: bool = False) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    style = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, list(rows[0]))
    for number, row in enumerate(rows, start=1):
        for place, (name, value) in enumerate(row.items()):
            if dates and name.endswith(("_on", "_date")):
                sheet.write_datetime(number, place, date.fromisoformat(value), style)
            elif dates and name in ("total_fee", "age_years"):
                sheet.write_number(number, place, float(value.replace(",", "")))
            else:
                sheet.write_string(number, place, value)
    book.close()


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_every_encoding_gives_the_same_records(name: str, folder: Path, read: Read) -> None:
    expected = seen(read(TWO))
    (folder / "records.csv").write_bytes(csv_text(renamed(TWO, CHINESE)).encode(name))
    assert seen(read()) == expected


def test_gb18030_is_told_and_recorded(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_bytes(csv_text(renamed(TWO, CHINESE)).encode("gbk"))
    answer = read()
    assert answer.codes() == {"F103"}
    assert [item.encoding for item in answer.inputs] == ["gb18030"]


def test_bytes_that_are_no_text_are_refused_with_their_place(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_bytes(b"settlement_id,\xff\xff\n1,2\n")
    with pytest.raises(InputError, match=r"in/a\.csv: neither UTF-8 \(byte 14 breaks it\) nor GB18030 \(byte 14"):
        read()


def test_a_character_cut_by_a_chunk_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_CHUNK", 4)
    path = folder / "a.txt"
    path.write_text("结算ID,性别,险种" * 5, encoding="utf-8")
    assert encoding.detect(path, "a.txt") == "utf-8"
    path.write_bytes(("结算ID,性别" * 5).encode("utf-8") + b"\xff")
    assert encoding.first_undecodable(path, "utf-8") == path.stat().st_size - 1


@pytest.mark.parametrize("start", [b"\xff\xfea\0", b"PK\x03\x04", b"PAR1"])
def test_files_that_are_not_csv_are_refused(start: bytes, folder: Path, read: Read) -> None:
    (folder / "a.csv").write_bytes(start + b"x" * 20)
    with pytest.raises(InputError, match="not CSV text"):
        read()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_read_from_the_header(delimiter: str, folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text(csv_text(TWO, delimiter), encoding="utf-8")
    assert read().counts.accepted == 2


@pytest.mark.parametrize("order", [0, 1])
def test_two_header_rows_are_one_header(order: int, folder: Path, read: Read) -> None:
    expected = seen(read(TWO))
    text = csv_text(renamed(TWO, CODES))
    chinese = ",".join(CHINESE.get(name, "说明") for name in GOOD)
    header, rest = text.split("\n", 1)
    rows = [header, chinese] if order == 0 else [chinese, header]
    (folder / "records.csv").write_text("\n".join([*rows, rest]), encoding="utf-8")
    answer = read()
    assert seen(answer) == expected
    assert "F104" in answer.codes()


def test_xlsx_gives_the_same_records_as_csv(folder: Path, read: Read) -> None:
    expected = seen(read(TWO))
    (folder / "records.csv").unlink()
    write_xlsx(folder / "records.xlsx", TWO)
    assert seen(read()) == expected


def test_dates_and_numbers_of_xlsx_cells_are_read(folder: Path, read: Read) -> None:
    expected = seen(read(TWO))
    (folder / "records.csv").unlink()
    write_xlsx(folder / "records.xlsx", TWO, dates=True)
    assert seen(read()) == expected


def test_parquet_of_text_gives_the_same_records(folder: Path, read: Read) -> None:
    expected = seen(read(TWO))
    (folder / "records.csv").unlink()
    pq.write_table(table(TWO), folder / "records.parquet")
    assert seen(read()) == expected


def test_typed_parquet_gives_the_same_records(folder: Path, read: Read) -> None:
    expected = seen(read([record(settlement_id="S1"), record(settlement_id="S2")]))
    (folder / "records.csv").unlink()
    con = duckdb.connect()
    texts = table([record(settlement_id="S1"), record(settlement_id="S2")])
    con.register("texts", texts)
    con.sql("""
        SELECT * REPLACE (
            CAST(birth_date AS DATE) AS birth_date, CAST(age_years AS BIGINT) AS age_years, CAST(sex AS INTEGER) AS sex,
            CAST(admitted_on AS TIMESTAMP) AS admitted_on, CAST(discharged_on AS DATE) AS discharged_on,
            CAST(settled_on AS DATE) AS settled_on, CAST(los_days AS DOUBLE) AS los_days, CAST(pool AS DOUBLE) AS pool,
            string_split(diagnoses, '|') AS diagnoses, string_split(procedures, '|') AS procedures,
            CAST(total_fee AS DOUBLE) AS total_fee, CAST(fund_booked AS DECIMAL(12, 2)) AS fund_booked,
            CAST(patient_paid AS INTEGER) AS patient_paid, is_refund = '1' AS is_refund
        ) FROM texts
    """).write_parquet(str(folder / "records.parquet"))
    assert seen(read()) == expected


def test_an_identifier_stored_as_floating_number_is_refused(folder: Path, read: Read) -> None:
    con = duckdb.connect()
    con.register("texts", table([record(person_id="1")]))
    con.sql("SELECT * REPLACE (CAST(person_id AS DOUBLE) AS person_id) FROM texts").write_parquet(
        str(folder / "a.parquet")
    )
    with pytest.raises(InputError, match="person_id is stored as a floating number"):
        read()


@pytest.mark.parametrize(
    "columns",
    [
        {"diagnoses": "K80.302|I10.x00|E11.900"},
        {"diagnoses": "K80.302, I10.x00, E11.900"},
        {"诊断编码": "K80.302；I10.x00；E11.900"},
        {"主要诊断编码": "K80.302", "其他诊断编码": "I10.x00|E11.900"},
        {"diag_code_1": "K80.302", "diag_code_2": "I10.x00", "diag_code_3": "E11.900"},
        {"C06x02C": "E11.900", "C03C": "K80.302", "C06x01C": "I10.x00"},
        {"P324": "I10.x00", "P327": "-", "P321": "K80.302", "P3291": "E11.900"},
    ],
)
def test_a_list_is_the_same_from_columns_or_from_a_cell(columns: dict[str, str], read: Read) -> None:
    row = record()
    del row["diagnoses"]
    assert read([{**row, **columns}]).rows[0]["diagnoses"] == ["K80.302", "I10.x00", "E11.900"]


def test_another_diagnosis_never_moves_into_the_place_of_a_missing_principal_one(read: Read) -> None:
    row = record()
    del row["diagnoses"]
    answer = read([{**row, "diag_code_1": "", "diag_code_2": "I10.x00"}])
    assert answer.rows[0]["diagnoses"] == [None, "I10.x00"]
    assert answer.codes() == {"R501"}


def test_a_blank_principal_diagnosis_of_a_typed_list_is_found(folder: Path, read: Read) -> None:
    con = duckdb.connect()
    con.register("texts", table([record()]))
    con.sql("SELECT * REPLACE (['-', 'I10.x00'] AS diagnoses) FROM texts").write_parquet(str(folder / "a.parquet"))
    assert read().codes() == {"R501"}


def test_amounts_in_several_columns_are_added(read: Read) -> None:
    row = record()
    del row["patient_paid"]
    answer = read([{**row, "psn_selfpay": "100.5", "psn_ownpay": "199.50"}])
    assert answer.rows[0]["patient_paid"] == Decimal("300.00")
    assert answer.codes() == set()


def test_a_broken_part_of_a_sum_is_an_unreadable_amount(read: Read) -> None:
    row = record()
    del row["patient_paid"]
    assert read([{**row, "psn_selfpay": "1OO", "psn_ownpay": "200"}]).codes() == {"R303"}


def test_of_two_columns_that_mean_the_same_the_first_is_used(folder: Path, read: Read) -> None:
    header, row = csv_text([record(record_no="B1")]).splitlines()
    (folder / "records.csv").write_text(f"{header},病案号\n{row},B2\n", encoding="utf-8")
    answer = read()
    assert [(row["code"], row["value"]) for row in answer.findings] == [("F105", "record_no: record_no, 病案号")]
    assert answer.rows[0]["record_no"] == "B1"


def test_a_second_column_of_one_meaning_is_no_unknown_column(folder: Path, read: Read) -> None:
    header, row = csv_text([record(record_no="B1")]).splitlines()
    (folder / "records.csv").write_text(f"{header},病案号,junk\n{row},B2,1\n", encoding="utf-8")
    assert [row["value"] for row in read().findings if row["code"] == "F101"] == ["junk"]


def test_unknown_columns_are_told_once(read: Read) -> None:
    answer = read([{**record(), "junk": "1", "more": "2"}, {**record(settlement_id="S2"), "junk": "1", "more": "2"}])
    assert [(row["code"], row["value"]) for row in answer.findings] == [("F101", "junk, more")]


def test_a_missing_required_column_names_the_file_and_the_header(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text("setl_id,gend\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"in/a\.csv: no column for person_id .* the header is: setl_id, gend"):
        read()


def test_a_doubled_required_column_is_refused_until_the_region_chooses(read: Read) -> None:
    rows = [{**record(), "hi_type": "310"}]
    with pytest.raises(InputError, match="2 columns mean pool"):
        read(rows)
    assert read(rows, aliases={"pool": ["hi_type"]}).counts.accepted == 1


def test_a_doubled_list_column_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match="mean diagnoses"):
        read([{**record(), "主要诊断编码": "K80.302"}])


def test_aliases_and_values_of_the_region_are_used(read: Read) -> None:
    row = record(sex="先生")
    row["基金"] = row.pop("fund_booked")
    answer = read([row], aliases={"fund_booked": ["基金"]}, values={"sex": {"先生": "1"}})
    assert answer.counts.accepted == 1


def test_an_alias_for_no_column_is_refused(read: Read) -> None:
    with pytest.raises(RulesError, match="colour is no column of records"):
        read([record()], aliases={"colour": ["x"]})


def test_a_file_of_800_columns_is_read(read: Read) -> None:
    wide = {f"F{number}": "" for number in range(800)}
    assert read([{**record(), **wide}]).counts.accepted == 1


def test_a_broken_line_is_refused_with_its_place(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text(csv_text(TWO) + "only,three,cells\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"in/a\.csv: line 4 is broken"):
        read()


def test_a_quote_that_never_ends_is_refused(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text(csv_text(TWO) + '"S3,never ends\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"in/a\.csv: "):
        read()


def test_a_truncated_parquet_file_is_refused(folder: Path, read: Read) -> None:
    pq.write_table(table(TWO), folder / "a.parquet")
    whole = (folder / "a.parquet").read_bytes()
    (folder / "a.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"in/a\.parquet: the file cannot be read"):
        read()


def test_a_header_without_records_is_told(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text(csv_text(TWO).split("\n")[0] + "\n", encoding="utf-8")
    answer = read()
    assert answer.codes() == {"F106"}
    assert answer.counts.read == 0


def test_blank_rows_keep_their_numbers_but_are_no_records(read: Read) -> None:
    blank = dict.fromkeys(GOOD, "")
    answer = read([record(settlement_id="S1"), blank, record(settlement_id="S2")])
    assert [row["source_row"] for row in answer.rows] == [1, 3]
    assert [(row["code"], row["value"]) for row in answer.findings] == [("F107", "1")]


@pytest.mark.parametrize("rows", [0, 1])
def test_rows_on_another_sheet_are_refused_not_lost(rows: int, folder: Path, read: Read) -> None:
    book = xlsxwriter.Workbook(str(folder / "a.xlsx"))
    sheet, other = book.add_worksheet(), book.add_worksheet("other")
    sheet.write_row(0, 0, list(GOOD))
    sheet.write_row(1, 0, list(GOOD.values()))
    for row in range(rows):
        other.write_row(row, 0, list(GOOD))
    book.close()
    if not rows:
        assert read().counts.read == 1
        return
    with pytest.raises(InputError, match="sheet 'other' holds 1 rows too"):
        read()


CELLS = [
    ("admitted_on", "2024/5/1", date(2024, 5, 1)),
    ("admitted_on", "20240501", date(2024, 5, 1)),
    ("admitted_on", "2024年5月1日", date(2024, 5, 1)),
    ("admitted_on", "2024-05-01 08:30:00", date(2024, 5, 1)),
    ("admitted_on", "20240501083000", date(2024, 5, 1)),
    ("admitted_on", "45413", date(2024, 5, 1)),
    ("admitted_on", "45413.99", date(2024, 5, 1)),
    ("admitted_on", "2024-04-30T16:00:00Z", date(2024, 5, 1)),
    ("admitted_on", "2024-04-30T15:59:59.000Z", date(2024, 4, 30)),
    ("admitted_on", "2024-05-01T00:30:00+08:00", date(2024, 5, 1)),
    ("sex", "男", "1"),
    ("sex", "F", "2"),
    ("sex", "1.0", "1"),
    ("sex", "２", "2"),
    ("hospital_id", '="H001"', "H001"),
    ("hospital_id", "Ｈ００１\u3000", "H001"),
    ("settlement_id", "  S-9\t", "S-9"),
    ("settlement_id", "000123", "000123"),
    ("total_fee", "１,０００.００", Decimal("1000.00")),
    ("total_fee", "¥1000", Decimal("1000.00")),
    ("total_fee", "1000.0000000001", Decimal("1000.00")),
    ("ventilator_hours", "2天/3小时/10分", Decimal("51.17")),
    ("ventilator_hours", "1/13/24", Decimal("37.40")),
    ("ventilator_hours", "36.5", Decimal("36.50")),
    ("age_years", "64岁", 64),
    ("is_refund", "否", False),
    ("birth_weight_g", "0", None),
    ("birth_weight_g", "3200克", 3200),
]


@pytest.mark.parametrize(("name", "cell", "value"), CELLS)
def test_a_cell_is_read_as_what_it_means(name: str, cell: str, value: object, read: Read) -> None:
    assert read([record(los_days="", **{name: cell})]).rows[0][name] == value


def test_overlapping_rows_of_a_hospital_are_refused(read: Read) -> None:
    spans = (HospitalSpan("H001", date(2020, 1, 1), None), HospitalSpan("H001", date(2024, 1, 1), None))
    with pytest.raises(RulesError, match=r"two rows of H001 are in force on 2024-01-01"):
        read([record()], hospitals=spans)


def test_a_finding_shows_its_own_cell_after_a_file_with_malformed_codes(folder: Path, read: Read) -> None:
    (folder / "a.csv").write_text(csv_text([record(diagnoses="K8030")]), encoding="utf-8")
    (folder / "b.csv").write_text(csv_text([record(settlement_id="S2", sex="9", diagnoses="XYZ")]), encoding="utf-8")
    assert [row["value"] for row in read().findings if row["code"] == "R104"] == ["9"]


@pytest.mark.parametrize("as_dictionary", [True, False])
def test_an_empty_text_of_parquet_is_no_value(folder: Path, read: Read, as_dictionary: bool) -> None:
    rows = [record(settlement_id=f"S{number}", person_id="P1" if number else "") for number in range(100)]
    blank = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
    pq.write_table(blank, folder / "a.parquet", use_dictionary=as_dictionary)
    answer = read()
    assert answer.counts.rejected == 1
    assert "R102" in answer.codes()
