"""What exports of real offices look like: each way of spoiling a cell or a file has its test."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from deliveries import GOOD, Answer, csv_text, record, table

from drgcalc.base.errors import InputError
from drgcalc.records import spreadsheet
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.records.code_reader import code_readers
from drgcalc.records.intake import HospitalSpan
from drgcalc.records.reading import input_errors
from drgcalc.records.sources import Source

Read = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("total_fee", '"1,000.00"', Decimal("1000.00")),
        ("total_fee", "￥１，０００．００", Decimal("1000.00")),
        ("total_fee", "1000元", Decimal("1000.00")),
        ("settled_on", "2024-05-07T03:04:05Z", date(2024, 5, 7)),
        ("settled_on", "2024-05-06 23:59:59+00:00", date(2024, 5, 7)),
        ("settled_on", "45419", date(2024, 5, 7)),
        ("settled_on", "45419.7638888889", date(2024, 5, 7)),
        ("settled_on", "2024.5.7", date(2024, 5, 7)),
        ("settlement_id", "'-7", "-7"),
        ("settlement_id", "００７", "007"),
        ("settlement_id", "=\"007\"", "007"),
        ("procedures", "51.2300x004 | 47.0100", ["51.2300x004", "47.0100"]),
        ("diagnoses", "K80.302 | I10.x00 | ", ["K80.302", "I10.x00"]),
        ("diagnoses", "K80.302；I10.x00", ["K80.302", "I10.x00"]),
    ],
)  # fmt: skip
def test_a_spoiled_cell_still_means_what_it_meant(name: str, cell: str, value: object, read: Read) -> None:
    text = cell.strip('"') if name == "total_fee" else cell
    answer = read([record(**{name: text})])
    assert (answer.counts.accepted, answer.rows[0][name]) == (1, value)


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("total_fee", "10,00", "R301"),  # ten yuan somewhere else
        ("total_fee", "1.000,00", "R301"),
        ("total_fee", "85.00%", "R301"),
        ("total_fee", "600.00 | 400.00", "R301"),
        ("fund_booked", "7,00.00", "R302"),
        ("settlement_id", "1.23457E+17", "R105"),
        ("settlement_id", "1.23456789E17", "R105"),  # as Java writes it
        ("settlement_id", "4402001985.0", "R105"),  # as pandas writes it
        ("person_id", "4.402E+17", "R106"),
        ("hospital_id", "1.0", "R107"),
    ],
)
def test_what_may_mean_something_else_is_rejected_with_its_cell(name: str, cell: str, code: str, read: Read) -> None:
    answer = read([record(**{name: cell})])
    assert answer.counts.rejected == 1
    shown = {row["code"]: row["value"] for row in answer.findings}
    assert shown[code] == ("" if name == "person_id" else cell)


def test_an_identifier_written_as_a_number_is_found_in_a_parquet_file_of_texts_too(folder: Path, read: Read) -> None:
    pq.write_table(table([record(), record(settlement_id="17.0")]), folder / "a.parquet")
    assert [(row["code"], row["value"]) for row in read().findings] == [("R105", "17.0")]


def write_sheet(path: Path, cells: dict[str, object]) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for place, (name, value) in enumerate((GOOD | cells).items()):
        sheet.write_string(0, place, name)
        if isinstance(value, str):
            sheet.write_string(1, place, value)
        else:
            sheet.write(1, place, value)
    book.close()


def test_an_identifier_that_a_spreadsheet_has_rounded_is_refused(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {"settlement_id": 440200202405070001})
    assert [(row["code"], row["value"]) for row in read().findings] == [("R105", "4.40200202405070E+17")]


def test_long_identifiers_that_are_texts_in_a_spreadsheet_are_kept_whole(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {"settlement_id": "440200202405070001"})
    assert [row["settlement_id"] for row in read().rows] == ["440200202405070001"]


def test_serial_dates_and_numbers_of_a_spreadsheet_are_read(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {"settled_on": 45419, "total_fee": 1000.0, "settlement_id": 4402, "age_years": 64})
    (row,) = read().rows
    assert (row["settled_on"], row["total_fee"], row["settlement_id"]) == (date(2024, 5, 7), Decimal("1000.00"), "4402")


def test_exports_whose_columns_drift_by_month_are_the_same_records(folder: Path, read: Read) -> None:
    """Other names, another order, columns that come and go: what stays is the record."""
    spellings = (
        {"settlement_id": "setl_id", "total_fee": "medfee_sumamt", "sex": "gend", "settled_on": "setl_end_date"},
        {"settlement_id": "结算ID", "total_fee": "总费用(元)", "sex": "性别*", "settled_on": "结算日期"},
        {"settlement_id": "结算流水号", "total_fee": "医疗费总额", "sex": "性别", "settled_on": "结算时间"},
    )
    order = random.Random(7)
    for month, names in enumerate(spellings, start=1):
        row = record(settlement_id=f"S{month}") | {f"extra_{month}": "x"}
        if month == 2:
            del row["drug_fee"], row["icu_hours"]
        keys = list(row)
        order.shuffle(keys)
        text = csv_text([{names.get(key, key): row[key] for key in keys}])
        (folder / f"2024-{month:02d}.csv").write_text(text, encoding="gb18030" if month == 3 else "utf-8")
    answer = read()
    assert answer.counts == (3, 3, 0, 0, 0)
    fixed = [name for name in GOOD if name not in ("settlement_id", "drug_fee", "icu_hours")]
    lists = [{name: row[name] for name in fixed if name in row} for row in answer.rows]
    assert lists[0] == lists[1] == lists[2]


HQMS = {
    "person_id": "P800", "record_no": "P3", "hospital_id": "P900", "sex": "P5", "birth_date": "P6", "age_years": "P7",
    "admitted_on": "P22", "discharged_on": "P25", "los_days": "P27", "discharge_mode": "P741", "total_fee": "P782",
    "patient_paid": "P751", "ventilator_hours": "P907",
}  # fmt: skip


def test_an_hqms_export_of_800_columns_is_read_by_its_codes(folder: Path, read: Read) -> None:
    good = record(fund_booked="") | {"diagnoses": "K80.302", "procedures": "51.2300x004"}
    names = HQMS | {"diagnoses": "P321", "procedures": "P490"}
    row = {names.get(name, name): value for name, value in good.items()} | {"P324": "I10.x00", "P327": "E11.900"}
    row |= {f"P1{number:04d}": "-" for number in range(800 - len(row))}
    assert len(row) == 800
    (folder / "hqms.csv").write_bytes(csv_text([row]).encode("gbk"))
    answer = read()
    assert answer.counts.accepted == 1
    assert answer.rows[0]["diagnoses"] == ["K80.302", "I10.x00", "E11.900"]


def test_a_refund_line_is_kept_and_one_without_its_flag_is_not(read: Read) -> None:
    amounts = {"total_fee": "-1,000.00", "fund_booked": "-700.00", "patient_paid": "-300.00"}
    answer = read([record(), record(is_refund="是", **amounts), record(settlement_id="S2", **amounts)])
    assert answer.counts == (3, 2, 1, 0, 0)
    assert sum(row["total_fee"] for row in answer.rows if row["accepted"]) == 0


NUMBERS = {
    "age_years": "R213", "age_days": "R215", "birth_weight_g": "R217", "admission_weight_g": "R218", "los_days": "R211",
    "ventilator_hours": "R219", "icu_hours": "R220", "total_fee": "R301", "fund_booked": "R302", "patient_paid": "R303",
    "drug_fee": "R311", "consumable_fee": "R312", "treatment_fee": "R313",
}  # fmt: skip
"""Columns that hold numbers -> the check on a cell that is none."""


@pytest.mark.parametrize("percent", ["12.5%", "12%", "１２％", "12.5 %"])
def test_a_percent_is_never_taken_for_an_amount_or_a_count(percent: str, read: Read) -> None:
    answer = read([record(**dict.fromkeys(NUMBERS, percent))])
    shown = {row["code"]: row["value"] for row in answer.findings}
    assert {code: shown.get(code) for code in NUMBERS.values()} == dict.fromkeys(NUMBERS.values(), percent)


def test_a_percent_in_a_sum_of_columns_is_no_amount(read: Read) -> None:
    row = record()
    del row["patient_paid"]
    answer = read([{**row, "psn_selfpay": "12.5%", "psn_ownpay": "200"}])
    assert [(row["code"], row["value"]) for row in answer.findings] == [("R303", "12.5% + 200")]


@pytest.mark.parametrize("nothing", ["-", "--", "—", "／", "NULL", "\\N", "　", "－"])
def test_signs_for_nothing_are_empty_in_every_column(nothing: str, read: Read) -> None:
    optional = [name for name, cell in GOOD.items() if not cell] + ["drug_fee", "age_years", "los_days", "is_refund"]
    answer = read([record(**dict.fromkeys(optional, nothing))])
    assert (answer.counts.accepted, answer.codes()) == (1, set())
    assert {answer.rows[0][name] for name in ("icu_hours", "birth_weight_g", "drug_fee")} == {None}


def test_a_stay_within_a_day_is_one_day_long(read: Read) -> None:
    answer = read([record(admitted_on="2024-05-06", los_days="")])
    assert (answer.rows[0]["los_days"], answer.codes()) == (1, set())


def hospitals(*codes: str) -> tuple[HospitalSpan, ...]:
    return tuple(HospitalSpan(code, date(2020, 1, 1), None) for code in codes)


REPAIRING = code_readers(repair=True)


@pytest.mark.parametrize(
    ("written", "codes", "shown"),
    [
        ("1", ("H001",), "1"),  # no number has lost a letter
        ("44020001", ("044020001",), "44020001 (044020001?)"),
        ("44020001", ("044020001", "0044020001"), "44020001 (0044020001 or 044020001?)"),
        ("44020009", ("044020001",), "44020009"),
    ],
)
def test_lost_zeros_of_a_hospital_code_are_an_unknown_hospital_with_a_proposal(
    written: str, codes: tuple[str, ...], shown: str, read: Read
) -> None:
    answer = read([record(hospital_id=written)], hospitals=hospitals(*codes))
    assert {row["code"]: row["value"] for row in answer.findings} == {"R401": shown}


def test_lost_zeros_of_a_hospital_code_are_restored_when_that_is_asked_for(read: Read) -> None:
    answer = read([record(hospital_id="44020001")], hospitals=hospitals("044020001", "H001"), readers=REPAIRING)
    assert (answer.counts.accepted, answer.rows[0]["hospital_id"]) == (1, "044020001")
    assert {row["code"]: row["value"] for row in answer.findings} == {"R506": "44020001 → 044020001"}


def test_a_record_whose_codes_are_repaired_in_two_places_is_told_once(read: Read) -> None:
    readers = code_readers(known=KnownCodes(CodeList(["I10.x00"]), CodeList()), repair=True)
    row = record(hospital_id="44020001", diagnoses="K80.302|I10")
    answer = read([row], hospitals=hospitals("044020001"), readers=readers)
    (found,) = (row["value"] for row in answer.findings if row["code"] == "R506")
    assert found == "I10 → I10.x00, 44020001 → 044020001"


def test_a_hospital_code_that_parquet_keeps_as_a_number_gets_its_zeros_back(folder: Path, read: Read) -> None:
    rows = table([record(hospital_id="44020001")])
    place = rows.column_names.index("hospital_id")
    pq.write_table(rows.set_column(place, "hospital_id", pa.array([44020001], pa.int64())), folder / "a.parquet")
    assert read(hospitals=hospitals("044020001"), readers=REPAIRING).rows[0]["hospital_id"] == "044020001"


@pytest.mark.parametrize("codes", [("044020001", "0044020001"), ("044020001", "44020001")])
def test_zeros_are_never_restored_where_two_hospitals_may_be_meant(codes: tuple[str, ...], read: Read) -> None:
    answer = read([record(hospital_id="44020001")], hospitals=hospitals(*codes), readers=REPAIRING)
    assert answer.rows[0]["hospital_id"] == "44020001"
    assert answer.codes() <= {"R401"}


def test_a_workbook_with_macros_is_refused(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {})
    with zipfile.ZipFile(folder / "a.xlsx", "a") as book:
        book.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(InputError, match="holds macros"):
        read()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {})
    with (
        zipfile.ZipFile(folder / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(64):
            part.write(bytes(1 << 20))
    with pytest.raises(InputError, match="which no sheet of records needs"):
        read()


def test_a_workbook_that_lies_about_its_size_is_refused(folder: Path, read: Read) -> None:
    write_sheet(folder / "a.xlsx", {})
    whole = bytearray((folder / "a.xlsx").read_bytes())
    with zipfile.ZipFile(folder / "a.xlsx") as book:
        size = next(part.file_size for part in book.infolist() if part.filename.endswith("sheet1.xml"))
    told = size.to_bytes(4, "little")
    assert told in whole
    (folder / "a.xlsx").write_bytes(whole.replace(told, (16).to_bytes(4, "little")))
    with pytest.raises(InputError, match="damaged or protected"):
        read()


def test_the_limits_of_a_workbook_leave_room_for_a_hospital_year(folder: Path) -> None:
    """1,000 records of 30 cells are unpacked to far less than a thousandth of the limit."""
    book = xlsxwriter.Workbook(str(folder / "a.xlsx"))
    sheet = book.add_worksheet()
    for row in range(1000):
        sheet.write_row(row, 0, [f"{row}-{column}" for column in range(30)])
    book.close()
    spreadsheet.refuse_dangerous(folder / "a.xlsx", "a.xlsx")
    with zipfile.ZipFile(folder / "a.xlsx") as opened:
        assert sum(part.file_size for part in opened.infolist()) * 100 < spreadsheet.UNPACKED_LIMIT


def test_a_file_that_changes_while_it_is_read_is_refused(
    folder: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drgcalc.records import intake

    whole = intake.find_duplicates

    def changing(*args: object) -> None:
        whole(*args)  # type: ignore[arg-type]
        with (folder / "a.csv").open("a", encoding="utf-8") as file:
            file.write("\n")

    (folder / "a.csv").write_text(csv_text([record()]), encoding="utf-8")
    monkeypatch.setattr(intake, "find_duplicates", changing)
    with pytest.raises(InputError, match=r"in/a\.csv was changed or removed while it was read"):
        read()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_out_of_the_region_is_refused(kind: str, folder: Path, tmp_path: Path, read: Read) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "a.csv").write_text(csv_text([record()]), encoding="utf-8")
    (folder / "b.csv").write_text(csv_text([record()]), encoding="utf-8")
    (folder / "link.csv").symlink_to(outside / "a.csv" if kind == "file" else outside)
    with pytest.raises(InputError, match="a link that leads out of the region"):
        read()


def test_a_parquet_file_that_names_a_column_in_two_ways_is_read_by_its_schema(folder: Path, read: Read) -> None:
    """A flipped octet in the name that a group of rows gives its column; the schema has the right one."""
    pq.write_table(table([record(settlement_id=f"S{number}") for number in range(100)]), folder / "a.parquet")
    whole = (folder / "a.parquet").read_bytes()
    start = whole.rindex(b"\x18\x0bhospital_id")
    (folder / "a.parquet").write_bytes(whole[:start] + whole[start:].replace(b"hospital_id", b"hosp\xe6tal_id", 1))
    assert read().counts.read == 100


def test_what_only_the_database_finds_in_a_damaged_parquet_file_is_an_input_error() -> None:
    """A page header that is no header: DuckDB throws its bare error, which has no kind of its own."""
    source = Source(Path("a.parquet"), "a.parquet", "parquet")
    with (
        pytest.raises(InputError, match=r"a\.parquet: the file cannot be read: don't know what type"),
        input_errors(source),
    ):
        raise duckdb.Error("don't know what type: ")
    with pytest.raises(duckdb.BinderException), input_errors(source):
        raise duckdb.BinderException("a fault of ours")


def test_a_damaged_page_that_is_only_read_to_compare_copies_is_an_input_error(folder: Path, read: Read) -> None:
    """Whether two records of one id are the same is asked of every column, before the editor reads them."""
    path = folder / "a.parquet"
    texts = table([record(), record()])
    typed = texts.schema.set(texts.column_names.index("total_fee"), pa.field("total_fee", pa.decimal128(12, 2)))
    pq.write_table(texts.cast(typed), path)
    metadata = pq.read_metadata(path)
    columns = {metadata.schema.column(at).name: metadata.row_group(0).column(at) for at in range(metadata.num_columns)}
    header = columns["total_fee"].data_page_offset
    whole = path.read_bytes()
    path.write_bytes(whole[:header] + b"\xff" * 4 + whole[header + 4 :])
    with pytest.raises(InputError, match=r"a\.parquet: the file cannot be read"):
        read()


def test_a_second_header_row_that_is_wider_than_the_first_is_refused(folder: Path, read: Read) -> None:
    header, row = csv_text([record()]).splitlines()
    (folder / "a.csv").write_text(f"{header.split(',', 1)[0]}\n{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"in/a\.csv"):
        read()
