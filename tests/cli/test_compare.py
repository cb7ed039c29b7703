"""`drgcalc tables diff --records`: where the cases of a period go when the scheme changes."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from program import Run, change, published

SCORE_OF_NEW_GROUP = "HC49,1500,9859.00,2024-01-01,,示例\n"


@pytest.fixture
def new(run: Run, region: Path, tmp_path: Path) -> Path:
    """The demonstration with its group HC45 under another code, for which the region has no score."""
    plain, folder = tmp_path / "plain", tmp_path / "new"
    run("tables", "export", region / "schemes/demo-drg", plain)
    change(plain / "drg.csv", "\nHC45,", "\nHC49,")
    assert run("tables", "import", plain, "--id", "new", "--out", folder).code == 0
    return folder


@pytest.fixture
def scored(region: Path) -> Path:
    """A region that has a score for the new group too."""
    with (region / "scores/2024.csv").open("a", encoding="utf-8") as file:
        file.write(SCORE_OF_NEW_GROUP)
    return region


def moves(run: Run, region: Path, new: Path, *more: object) -> Any:
    ended = run("tables", "diff", region / "schemes/demo-drg", new, "--records", region, *more, "--json")
    assert ended.code == 0, ended.err
    return ended.document["moves"]


def amounts(document: Any) -> dict[str, Decimal]:
    return {row["hospital_id"]: Decimal(row["yuan_moved"]) for row in document["hospitals"]}


def payables(run: Run, region: Path) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in run("settle", "--region", region, "--year", "2024", "--json").document["allocations"]:
        sums[row["hospital_id"]] = sums.get(row["hospital_id"], Decimal(0)) + Decimal(row["payable"])
    return sums


def test_cases_that_get_another_group_are_the_flows(run: Run, scored: Path, new: Path) -> None:
    document = moves(run, scored, new, "--year", "2024")
    assert document["moved"] == sum(flow["cases"] for flow in document["flows"]) == 4
    assert {(flow["old_group"], flow["new_group"]) for flow in document["flows"]} == {("HC45", "HC49")}
    assert [flow["cases"] for flow in document["flows"]] == [2, 1, 1]
    assert document["notes"] == []


def test_points_move_by_the_difference_of_scores(run: Run, scored: Path, new: Path) -> None:
    flow = moves(run, scored, new, "--year", "2024")["flows"][-1]
    assert (flow["old_points"], flow["new_points"], flow["points_moved"]) == ("1810.0000", "1500.0000", "-310.0000")


def test_yuan_by_hospital_are_what_settling_by_either_scheme_differs_by(run: Run, scored: Path, new: Path) -> None:
    expected = amounts(moves(run, scored, new, "--year", "2024"))
    before = payables(run, scored)
    change(scored / "region.toml", 'scheme = "schemes/demo-drg"', f'scheme = "{new.as_posix()}"')
    after = payables(run, scored)
    assert any(expected.values())
    for hospital, amount in expected.items():
        # Payments are rounded and the residual rescaled, flows are not: a few fen.
        assert abs(after[hospital] - before[hospital] - amount) < Decimal("0.20")


def test_without_a_score_points_and_yuan_are_empty_and_the_note_says_why(run: Run, region: Path, new: Path) -> None:
    document = moves(run, region, new, "--year", "2024")
    assert document["moved"] == 4
    assert {(flow["new_points"], flow["points_moved"], flow["yuan_moved"]) for flow in document["flows"]} == {
        (None, None, None)
    }
    assert "no score for 1 groups with 4 cases: HC49" in document["notes"][0]


def test_a_fall_back_needs_no_score(run: Run, scored: Path, new: Path, tmp_path: Path) -> None:
    """Cases that become ungrouped carry the points that the policy gives to what has no group."""
    plain, without = tmp_path / "without", tmp_path / "ungrouping"
    run("tables", "export", new, plain)
    change(plain / "adrg.csv", "{ZYSS, QTSS} in OP_HC4", "NL > 200")
    assert run("tables", "import", plain, "--id", "ungrouping", "--out", without).code == 0
    document = moves(run, scored, without, "--year", "2024")
    assert {(flow["new_status"], bool(flow["new_group"])) for flow in document["flows"]} == {("ambiguous", True)}
    assert "no score" not in " ".join(document["notes"])
    assert all(flow["yuan_moved"] is not None for flow in document["flows"])


def test_a_year_without_policy_is_compared_in_cases_alone(run: Run, scored: Path, new: Path) -> None:
    change(scored / "region.toml", "effective_from = 2024-01-01", "effective_from = 2023-01-01")
    change(scored / "region.toml", "effective_to = 2024-12-31", "effective_to = 2023-12-31")
    document = moves(run, scored, new, "--year", "2024")
    assert document["moved"] == 4
    assert document["flows"][0]["old_points"] is None
    assert "no points and no yuan" in document["notes"][0]


def test_a_missing_fund_account_costs_yuan_not_points(run: Run, scored: Path, new: Path) -> None:
    change(scored / "fund/2024.csv", "\n2024,", "\n2023,")
    document = moves(run, scored, new, "--year", "2024")
    assert document["flows"][-1]["points_moved"] == "-310.0000"
    assert document["flows"][-1]["yuan_moved"] is None
    assert "no point value" in document["notes"][0]


def test_a_scheme_moves_nothing_against_itself(run: Run, region: Path) -> None:
    document = moves(run, region, region / "schemes/demo-drg", "--month", "2024-05")
    assert (document["moved"], document["flows"]) == (0, [])
    assert set(amounts(document).values()) == {Decimal("0.00")}


def test_nothing_is_published_and_closed_periods_can_be_compared(run: Run, settled: Path, new: Path) -> None:
    (settled / "out/cases/2024/closed.json").write_text("{}", encoding="utf-8")
    before = published(settled)
    moves(run, settled, new, "--year", "2024")
    assert published(settled) == before


def test_the_whole_matrix_is_written_with_what_stays(run: Run, scored: Path, new: Path, tmp_path: Path) -> None:
    document = moves(run, scored, new, "--year", "2024", "--out", tmp_path / "diff")
    with (tmp_path / "diff/transitions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["cases"]) for row in rows) == document["cases"] == 55
    moves(run, scored, new, "--year", "2024", "--out", tmp_path / "diff.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "diff.xlsx").load_sheet("transitions").to_polars()
    assert len(sheet) == len(rows)


def test_the_screen_shows_hospitals_and_flows_within_80_columns(run: Run, region: Path, new: Path) -> None:
    from rich.cells import cell_len

    ended = run("tables", "diff", region / "schemes/demo-drg", new, "--region", region, "--year", "2024")
    assert "4 of 55 cases get another group or status" in ended.out
    assert "HC45 → HC49" in ended.out
    assert [line for line in ended.out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("half", [["--records", "."], ["--year", "2024"]])
def test_records_without_a_period_and_a_period_without_records_end_with_2(
    run: Run, region: Path, half: list[str]
) -> None:
    scheme = region / "schemes/demo-drg"
    ended = run("tables", "diff", scheme, scheme, *half)
    assert ended.code == 2
    assert "--records DIR" in ended.err
