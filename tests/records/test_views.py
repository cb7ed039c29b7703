"""Files of one shape share the views through which they are read: each still gives its own records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deliveries import Answer, csv_text, record, table

from drgcalc.records import editor

Read = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


def ids(answer: Answer) -> list[tuple[str, str]]:
    return [(row["source_file"], row["settlement_id"]) for row in answer.rows]


def test_files_that_are_alike_each_give_their_own_records(folder: Path, read: Read) -> None:
    for number in range(4):
        rows = [record(settlement_id=f"S{number}{row}") for row in range(number + 1)]
        (folder / f"{number}.csv").write_text(csv_text(rows), "utf-8")
    expected = [(f"in/{number}.csv", f"S{number}{row}") for number in range(4) for row in range(number + 1)]
    assert ids(read()) == expected


def test_views_are_made_once_for_files_that_are_alike(
    folder: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr("drgcalc.records.views.parse", lambda *args: made.append(1) or editor.parse(*args))
    for number in range(3):
        (folder / f"{number}.csv").write_text(csv_text([record(settlement_id=f"S{number}")]), "utf-8")
    assert read().counts.accepted == 3
    assert len(made) == 1


def test_files_of_other_columns_types_and_cells_between_them_are_read_as_what_they_are(
    folder: Path, read: Read
) -> None:
    """One after the other: text, text with a column less, Parquet, Parquet with a cell to clean, text again."""
    (folder / "0.csv").write_text(csv_text([record(settlement_id="S0")]), "utf-8")
    less = {name: cell for name, cell in record(settlement_id="S1").items() if name != "drug_fee"}
    (folder / "1.csv").write_text(csv_text([less]), "utf-8")
    pq.write_table(table([record(settlement_id="S2")]), folder / "2.parquet")
    pq.write_table(table([record(settlement_id="Ｓ３")]), folder / "3.parquet")
    (folder / "4.csv").write_text(csv_text([record(settlement_id="S4")]), "utf-8")
    answer = read()
    assert [row["settlement_id"] for row in answer.rows] == ["S0", "S1", "S2", "S3", "S4"]
    assert [row["drug_fee"] is None for row in answer.rows] == [False, True, False, False, False]


def test_copies_are_found_across_files_that_are_alike(folder: Path, read: Read) -> None:
    for number in range(3):
        (folder / f"{number}.csv").write_text(csv_text([record(), record(settlement_id=f"S{number}")]), "utf-8")
    answer = read()
    assert (answer.counts.accepted, answer.counts.duplicates) == (4, 2)
