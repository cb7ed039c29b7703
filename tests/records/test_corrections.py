"""A corrected row replaces exactly the row it names; nothing else is touched, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deliveries import Answer, csv_text, record, table

Read = Callable[..., Answer]
FILE = "in/a.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


def named(row: int | str, file: str = FILE, **changes: str) -> dict[str, str]:
    return record(**changes) | {"source_file": file, "source_row": str(row)}


def deliver(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    (folder / name).write_text(csv_text(rows), encoding="utf-8")


def accepted(answer: Answer) -> dict[str, str]:
    return {row["settlement_id"]: str(row["total_fee"]) for row in answer.rows if row["accepted"]}


def three(**changes: str) -> list[dict[str, str]]:
    return [record(settlement_id="S1"), record(settlement_id="S2", **changes), record(settlement_id="S3")]


def test_a_correction_replaces_the_row_it_names_and_no_other(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three(total_fee="x"))
    fixed = named(2, settlement_id="S2", total_fee="2000.00", fund_booked="1400.00", patient_paid="600.00")
    deliver(folder, "b.csv", [fixed])
    answer = read()
    assert answer.counts == (4, 3, 0, 1, 0)
    assert accepted(answer) == {"S1": "1000.00", "S2": "2000.00", "S3": "1000.00"}
    assert [(row["code"], row["file"], row["row"]) for row in answer.findings] == [("R603", FILE, 2)]
    assert [(row["source_file"], row["source_row"], row["reasons"], row["total_fee"]) for row in answer.rejected] == [
        (FILE, 2, "R603", "x")
    ]


def test_a_corrected_settlement_id_replaces_the_row_under_the_old_one(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [named(2, settlement_id="S9")])
    assert set(accepted(read())) == {"S1", "S9", "S3"}


def test_a_correction_may_itself_be_rejected_and_corrected(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three(sex="3"))
    deliver(folder, "b.csv", [named(2, settlement_id="S2", sex="4")])
    assert read().counts == (4, 2, 1, 1, 0)
    deliver(folder, "c.csv", [named(1, "in/b.csv", settlement_id="S2")])
    answer = read()
    assert answer.counts == (5, 3, 0, 2, 0)
    assert set(accepted(answer)) == {"S1", "S2", "S3"}


@pytest.mark.parametrize(
    "name", [(4, FILE), (0, FILE), (2, "in/z.csv"), ("second", FILE), ("", FILE), (2, ""), ("1.5", FILE)]
)
def test_a_correction_of_a_row_that_is_not_there_is_rejected(name: tuple[int, str], folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [named(*name, settlement_id="S9")])
    answer = read()
    assert answer.counts == (4, 3, 1, 0, 0)
    assert [(row["code"], row["file"], row["row"]) for row in answer.findings] == [("R604", "in/b.csv", 1)]


def test_two_corrections_of_one_row_are_both_rejected_and_the_row_stays(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [named(2, settlement_id="S8"), named("2.0", settlement_id="S9")])
    deliver(folder, "c.csv", [named(2, settlement_id="S7")])
    answer = read()
    assert answer.counts.rejected == 3
    assert set(accepted(answer)) == {"S1", "S2", "S3"}


def test_files_cannot_replace_each_other(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [named(1, "in/c.csv", settlement_id="S8"), named(2, "in/b.csv", settlement_id="S7")])
    deliver(folder, "c.csv", [named(1, "in/b.csv", settlement_id="S9")])
    answer = read()
    assert answer.counts == (6, 4, 1, 1, 0)
    assert set(accepted(answer)) == {"S1", "S2", "S3", "S9"}


def test_a_blank_row_of_a_correction_replaces_nothing(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [dict.fromkeys(record(), "") | {"source_file": FILE, "source_row": "2"}])
    assert read().counts == (3, 3, 0, 0, 0)


def test_a_row_that_names_nothing_is_an_ordinary_record(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", three())
    deliver(folder, "b.csv", [named("-", "", settlement_id="S4"), named(1, settlement_id="S1")])
    assert read().counts == (5, 4, 0, 1, 0)


def test_a_person_key_of_a_rejected_record_stays_the_key_of_the_person(folder: Path, read: Read) -> None:
    deliver(folder, "a.csv", [record(settlement_id="S1", sex="3"), record(settlement_id="S2")])
    before = read()
    key = before.rejected[0]["person_key"]
    rows = [
        {"person_key" if name == "person_id" else name: cell for name, cell in named(1).items()} | {"person_key": key}
    ]
    deliver(folder, "b.csv", rows)
    answer = read()
    assert {row["person_key"] for row in answer.rows if row["accepted"]} == {key}
    pq.write_table(table(rows), folder / "b.parquet")
    (folder / "b.csv").unlink()
    assert {row["person_key"] for row in read().rows if row["accepted"]} == {key}


def test_what_is_no_person_key_is_no_person(folder: Path, read: Read) -> None:
    rows = [{"person_key" if name == "person_id" else name: cell for name, cell in record().items()}]
    deliver(folder, "a.csv", rows)
    assert [row["code"] for row in read().findings] == ["R102"]
