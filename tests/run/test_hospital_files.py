"""A hospital gets its own rows and nothing by which it could tell another one's."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from drgcalc.base.errors import OutputError, RulesError
from drgcalc.run.hospital_files import hand_out
from drgcalc.run.published import read_allocations
from drgcalc.run.region import load_region


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.split()[-1]: cell for name, cell in row.items()} for row in csv.DictReader(file)]


def privacy(region: Path, cells: int) -> None:
    settings = region / "region.toml"
    text = settings.read_text("utf-8")
    words = f'[privacy]\nsmall_cells = {{ value = {cells}, source = "示例" }}\n[inputs]'
    settings.write_text(text.replace("[inputs]", words, 1), "utf-8")


def test_every_row_of_a_hospital_is_its_own_and_all_are_there(settled: Path, tmp_path: Path) -> None:
    done = hand_out(settled, "2024", tmp_path / "sent")
    hospitals = {row.hospital_id for row in read_allocations(settled / "out/2024/v1")}
    assert {folder.name for folder in (tmp_path / "sent").iterdir()} == hospitals
    assert done.hospitals == len(hospitals)
    cases = {hospital: rows(tmp_path / "sent" / hospital / "cases.csv") for hospital in hospitals}
    assert sum(map(len, cases.values())) > 40
    for hospital in hospitals:
        for name in ("allocations.csv", "ledger.csv", "cases.csv", "rejected.csv", "findings_priced.csv"):
            assert {row["hospital_id"] for row in rows(tmp_path / "sent" / hospital / name)} <= {hospital}
        assert all("person_key" not in row for row in cases[hospital])
        own = {row["settlement_id"] for row in (*cases[hospital], *rows(tmp_path / "sent" / hospital / "rejected.csv"))}
        assert {row["record_id"] for row in rows(tmp_path / "sent" / hospital / "findings.csv")} <= own
        assert not (tmp_path / "sent" / hospital / "groups.csv").exists()


def test_small_cells_of_the_others_are_left_empty(settled: Path, tmp_path: Path) -> None:
    privacy(settled, 3)
    hand_out(settled, "2024", tmp_path / "sent")
    every = [row for folder in (tmp_path / "sent").iterdir() for row in rows(folder / "groups.csv")]
    assert all(row["other_cases"] == "" or int(row["other_cases"]) >= 3 for row in every)
    assert all((row["other_cases"] == "") == (row["other_mean_fee"] == "") for row in every)
    assert any(row["other_cases"] == "" for row in every)


def test_a_cell_of_one_other_hospital_is_left_empty() -> None:
    from decimal import Decimal

    from drgcalc.run.hospital_files import _beside_others, _Group

    mine, yours, theirs = (_Group(f"H{n}", "G", 50, Decimal("100.00")) for n in range(3))
    assert _beside_others(mine, {"G": [mine, yours]}, 5)[3:] == (None, None)
    assert _beside_others(mine, {"G": [mine, yours, theirs]}, 5)[3:] == (100, Decimal("2.00"))


def test_nothing_is_overwritten(settled: Path, tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent/mine.txt").write_text("x")
    with pytest.raises(OutputError, match="not an empty folder"):
        hand_out(settled, "2024", tmp_path / "sent")


@pytest.mark.parametrize("value", ["0", '"five"', "true", "2.5"])
def test_a_size_of_cells_that_is_none_is_refused(settled: Path, value: str) -> None:
    settings = settled / "region.toml"
    words = f'[privacy]\nsmall_cells = {{ value = {value}, source = "示例" }}\n[inputs]'
    settings.write_text(settings.read_text("utf-8").replace("[inputs]", words, 1), "utf-8")
    with pytest.raises(RulesError, match=r"privacy\.small_cells"):
        load_region(settled)


def test_a_salt_among_what_is_published_is_refused(settled: Path) -> None:
    settings = settled / "region.toml"
    settings.write_text(settings.read_text("utf-8").replace('"test.salt"', '"out/test.salt"'), "utf-8")
    with pytest.raises(RulesError, match=r"salt\.file lies in out/"):
        load_region(settled)
