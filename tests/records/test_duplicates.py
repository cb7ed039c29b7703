"""Duplicates over rows, files and parts: exact, and the same whatever the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from deliveries import Answer, answer_of, csv_text, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drgcalc.records import duplicates
from drgcalc.records.intake import HospitalSpan, Intake
from drgcalc.records.sources import expand

Read = Callable[..., Answer]


def test_an_identical_copy_is_dropped_and_counted(read: Read) -> None:
    answer = read([record(), record()])
    assert answer.counts == (2, 1, 0, 1, 0)
    assert [(row["code"], row["row"]) for row in answer.findings] == [("R601", 2)]
    assert [row["reasons"] for row in answer.rejected] == ["R601"]


def test_spelling_does_not_make_copies_differ(read: Read) -> None:
    assert read([record(), record(total_fee=" 1,000 ", sex="男")]).counts.duplicates == 1


def test_records_that_differ_under_one_id_are_all_rejected(read: Read) -> None:
    answer = read([record(), record(), record(los_days="4")])
    assert answer.counts == (3, 0, 3, 0, 0)
    assert {row["row"] for row in answer.findings if row["code"] == "R602"} == {1, 2, 3}


def test_a_cell_that_cannot_be_read_makes_a_difference(read: Read) -> None:
    assert read([record(drug_fee=""), record(drug_fee="x")]).counts.rejected == 2


def test_copies_are_found_across_files_and_parts(tmp_path: Path, read: Read) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        rows = [record(settlement_id=f"S{number}") for number in range(10)]
        (folder / name).write_text(csv_text(rows), encoding="utf-8")
    answer = read(rows_per_part=5)
    assert answer.counts == (20, 10, 0, 10, 0)
    assert {row["source_file"] for row in answer.rejected} == {"in/b.csv"}


def test_slices_of_hashes_find_the_same_copies(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "HASHES_PER_SLICE", 2)
    rows = [record(settlement_id=f"S{number % 7}") for number in range(20)]
    assert read(rows).counts == (20, 7, 0, 13, 0)


def test_a_copy_outside_the_period_is_outside(read: Read) -> None:
    rows = [record(settled_on="2024-06-01"), record(settled_on="2024-06-01")]
    assert read(rows, first=date(2024, 5, 1), last=date(2024, 5, 31)).counts == (2, 0, 0, 0, 2)


CHANGES = st.sampled_from(
    [
        {},
        {"sex": "3"},
        {"los_days": "7"},
        {"total_fee": ""},
        {"settled_on": "2023-12-31"},
        {"hospital_id": "H9"},
        {"diagnoses": "x"},
        {"drug_fee": "?"},
    ]
)
ROWS = st.lists(st.tuples(st.integers(0, 5), CHANGES), min_size=1, max_size=12)


def settle_fates(
    folder: Path, files: Sequence[Sequence[dict[str, str]]]
) -> tuple[tuple[int, ...], list[str], list[str]]:
    """Counts, accepted ids and rejected ids of the given files."""
    folder.mkdir()
    (folder / "in").mkdir()
    (folder / "work").mkdir()
    for number, rows in enumerate(files):
        if rows:
            (folder / "in" / f"{number}.csv").write_text(csv_text(rows), encoding="utf-8")
    answer = answer_of(
        Intake(
            sources=expand(folder, ["in"]).sources,
            work=folder / "work",
            salt=b"s" * 32,
            hospitals=(HospitalSpan("H001", date(2020, 1, 1), None),),
            pools={"310": "employee"},
            first=date(2024, 1, 1),
            last=date(2024, 12, 31),
            date_basis="settlement",
            today=date(2025, 1, 1),
            rows_per_part=4,
        )
    )
    accepted = sorted(row["settlement_id"] for row in answer.rows if row["accepted"])
    return tuple(answer.counts), accepted, sorted(row["settlement_id"] for row in answer.rejected)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_order_of_rows_and_files_changes_no_fate(
    rows: list[tuple[int, dict[str, str]]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records = [record(settlement_id=f"S{number}", **changes) for number, changes in rows]
    shuffled = data.draw(st.permutations(records))
    cut = data.draw(st.integers(0, len(records)))
    base = tmp_path_factory.mktemp("orders")
    one = settle_fates(base / "one", [records])
    other = settle_fates(base / "other", [shuffled[:cut], shuffled[cut:]])
    assert one == other
    counts, accepted, rejected = one
    assert counts[0] == len(records) == sum(counts[1:])
    assert len(accepted) == counts[1]
    assert len(rejected) == counts[2] + counts[3]
    assert len(set(accepted)) == len(accepted)


def test_parts_cover_every_row_once(read: Read) -> None:
    rows = [record(settlement_id=f"S{number}") for number in range(11)]
    assert [row["source_row"] for row in read(rows, rows_per_part=4).rows] == list(range(1, 12))
