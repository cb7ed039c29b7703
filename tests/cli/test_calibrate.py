"""`drgcalc calibrate` as a user calls it, on a region with two years of history."""

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from program import Run, change

CALIBRATION = """\
[calibration]
title = "测算办法"
document = "示例办法"
[calibration.history]
weights = { value = [3, 7], unit = "factor", source = "第一条" }
mean = { value = "mean_of_means", source = "第一条" }
[calibration.scores]
relative_to = { value = "all_stays", source = "第二条" }
scale = { value = 1000, unit = "points", source = "第二条" }
small_sample = { value = 15, unit = "cases", source = "第二条" }
without_history = { value = "keep_in_force", source = "第二条" }
[calibration.coefficients]
by = { value = "hospital", source = "第三条" }
pools = { value = "together", source = "第三条" }
lower = { value = 0.9, unit = "factor", source = "第三条" }
upper = { value = 1.1, unit = "factor", source = "第三条" }
least_cases = { value = 5, unit = "cases", source = "第三条" }
otherwise = { value = "peers", source = "第三条" }
"""
YEARS = ("--years", "2022:2023")


@pytest.fixture
def city(region: Path) -> Path:
    """The region of the template, its records of 2024 told again as those of 2022 and 2023."""
    records = region / "discharges/2024.csv"
    text = records.read_text(encoding="utf-8-sig")
    for year in ("2022", "2023"):
        (region / f"discharges/{year}.csv").write_text(
            text.replace("2024-", f"{year}-").replace("\nS0", f"\nS{year}"), encoding="utf-8"
        )
    change(region / "hospitals.csv", "2024-01-01", "2022-01-01")
    (region / "calibration.toml").write_text(CALIBRATION, encoding="utf-8")
    return region


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def review(city: Path, kind: str, version: int = 1) -> Path:
    return city / "calibration" / kind / "2022-2023" / f"v{version}"


def test_scores_are_published_for_review_with_dates_and_sources(run: Run, city: Path) -> None:
    ended = run("calibrate", "scores", "--region", city, *YEARS)
    assert ended.code == 0, ended.err
    rows = table(review(city, "scores") / "scores.csv")
    assert {row["effective_from"] for row in rows} == {"2024-01-01"}
    assert {row["effective_to"] for row in rows} == {"2024-12-31"}
    assert all(row["source"] for row in rows)
    assert "--out" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_the_mean_of_all_stays_earns_the_scale(run: Run, city: Path) -> None:
    """Both years hold the same stays: points of all stays are 1000 each, on the mean."""
    document = run("calibrate", "scores", "--region", city, *YEARS, "--json").document
    rows = table(review(city, "scores") / "group_moves.csv")
    stays = sum(int(row["stays"]) for row in rows)
    points = sum(Decimal(row["new_score"]) * int(row["stays"]) for row in rows if row["how"] == "history")
    assert document["basis"]["stays"] == 2 * stays
    assert abs(points / stays - 1000) < Decimal("0.01")


def test_the_same_calibration_makes_no_second_version(run: Run, city: Path) -> None:
    run("calibrate", "scores", "--region", city, *YEARS)
    assert "the same as before" in run("calibrate", "scores", "--region", city, *YEARS).out
    assert not review(city, "scores", 2).exists()


def test_the_order_of_records_changes_no_score(run: Run, city: Path, tmp_path: Path) -> None:
    run("calibrate", "scores", "--region", city, *YEARS)
    turned = Path(shutil.copytree(city, tmp_path / "turned", ignore=shutil.ignore_patterns("out", "calibration")))
    for year in ("2022", "2023"):
        path = turned / f"discharges/{year}.csv"
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    run("calibrate", "scores", "--region", turned, *YEARS)
    for name in ("scores.csv", "group_moves.csv", "hospital_moves.csv", "score_flags.csv"):
        assert (review(city, "scores") / name).read_bytes() == (review(turned, "scores") / name).read_bytes()


def test_a_file_in_the_way_is_replaced_only_when_asked(run: Run, city: Path) -> None:
    target = city / "scores/2024.csv"
    before = target.read_bytes()
    refused = run("calibrate", "scores", "--region", city, *YEARS, "--out", target)
    assert (refused.code, target.read_bytes()) == (6, before)
    assert "--replace" in refused.err
    assert run("calibrate", "scores", "--region", city, *YEARS, "--out", target, "--replace").code == 0
    assert target.read_bytes() == (review(city, "scores") / "scores.csv").read_bytes()
    assert run("settle", "--region", city, "--year", "2024").code == 0


def test_a_region_without_scores_gets_its_first_ones(run: Run, city: Path) -> None:
    target = city / "scores/2024.csv"
    target.unlink()
    ended = run("calibrate", "scores", "--region", city, *YEARS, "--out", target)
    assert ended.code == 0, ended.err
    assert "nothing to compare" in ended.out
    assert run("settle", "--region", city, "--year", "2024").code == 0


def test_expert_edits_stand_and_the_others_make_room(run: Run, city: Path) -> None:
    run("calibrate", "scores", "--region", city, *YEARS)
    before = {row["group_code"]: row for row in table(review(city, "scores") / "group_moves.csv")}
    code = max(before, key=lambda group: int(before[group]["stays"]))
    (city / "edits.csv").write_text(f"group_code,score,reason,source\n{code},500,费用偏高,会议纪要\n", encoding="utf-8")
    change(city / "calibration.toml", "[calibration.scores]\n", '[calibration.scores]\nedits = "edits.csv"\n')
    assert run("calibrate", "scores", "--region", city, *YEARS).code == 0
    after = {row["group_code"]: row for row in table(review(city, "scores", 2) / "group_moves.csv")}
    assert (after[code]["new_score"], after[code]["how"]) == ("500.0000", "edit")
    old, new = (sum(Decimal(row["new_score"]) * int(row["stays"]) for row in rows.values()) for rows in (before, after))
    assert abs(old - new) < Decimal("0.05")


def test_hospital_coefficients_stay_inside_their_bounds(run: Run, city: Path) -> None:
    ended = run("calibrate", "coefficients", "--region", city, *YEARS)
    assert ended.code == 0, ended.err
    rows = table(review(city, "coefficients") / "coefficients.csv")
    assert {row["hospital_id"] for row in rows} == {"H001", "H002", "H003"}
    assert all(Decimal("0.9") <= Decimal(row["coefficient"]) <= Decimal("1.1") for row in rows)


@pytest.mark.parametrize("kind", ["level", "group_and_level", "hospital_and_group"])
def test_coefficients_of_every_kind_have_the_key_of_the_kind(run: Run, city: Path, kind: str) -> None:
    change(city / "calibration.toml", 'by = { value = "hospital"', f'by = {{ value = "{kind}"')
    assert run("calibrate", "coefficients", "--region", city, *YEARS).code == 0
    rows = table(review(city, "coefficients") / "coefficients.csv")
    keys = {name for row in rows for name in ("hospital_id", "level", "group_code") if row[name]}
    asked = {"level": {"level"}, "group_and_level": {"level", "group_code"}}
    assert keys == asked.get(kind, {"hospital_id", "group_code"})


def test_opening_values_are_given_by_pool(run: Run, city: Path) -> None:
    ended = run("calibrate", "opening-value", "--region", city, *YEARS, "--json")
    assert ended.code == 0, ended.err
    assert all(Decimal(row["value"]) > 0 for row in ended.document["values"])


def test_a_dry_run_writes_nothing(run: Run, city: Path) -> None:
    ended = run("calibrate", "scores", "--region", city, *YEARS, "--dry-run", "--out", city / "scores/2025.csv")
    assert ended.code == 0
    assert not (city / "scores/2025.csv").exists()
    assert not list((city / "calibration").rglob("*.csv"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[3, 7]", "[1, 2, 7]", "3 years"),
        ("least_cases = { value = 5", "least_stays = { value = 5", "least_cases is missing"),
        ('unit = "points"', 'unit = "yuan"', "scale has the unit"),
        ('"all_stays"', '"benchmark_group"', "benchmark_group is missing"),
        ("value = 0.9,", "value = 1.2,", "lower is 1.2"),
    ],
)
def test_parameters_that_do_not_fit_are_named(run: Run, city: Path, old: str, new: str, words: str) -> None:
    change(city / "calibration.toml", old, new)
    ended = run("calibrate", "scores", "--region", city, *YEARS)
    assert ended.code == 4
    assert words in ended.err


@pytest.mark.parametrize(
    "wrong", [("--years", "2023:2022"), (*YEARS, "--effective-from", "2024-13-01"), (*YEARS, "--replace")]
)
def test_a_command_line_that_does_not_fit_is_refused(run: Run, city: Path, wrong: tuple[str, ...]) -> None:
    assert run("calibrate", "scores", "--region", city, *wrong).code == 2


def test_a_region_without_parameters_is_told_which_file_it_lacks(run: Run, city: Path) -> None:
    (city / "calibration.toml").unlink()
    ended = run("calibrate", "scores", "--region", city, *YEARS)
    assert ended.code == 4
    assert "calibration.toml is missing" in ended.err


def test_a_hospital_without_history_takes_its_level_or_one(run: Run, city: Path) -> None:
    with (city / "hospitals.csv").open("a", encoding="utf-8") as file:
        file.write("H009,新开医院,三级,1.00,2024-06-01,,文件\n")
    assert run("calibrate", "coefficients", "--region", city, *YEARS).code == 0
    rows = {row["hospital_id"]: row for row in table(review(city, "coefficients") / "coefficients.csv")}
    assert any(how in rows["H009"]["source"] for how in ("peers", "upper", "lower"))


@pytest.mark.parametrize("kind", ["scores", "coefficients", "opening-value"])
def test_the_parameters_of_the_template_work_as_they_are(run: Run, region: Path, kind: str) -> None:
    """A fresh region has records of one year only: the weights of the others count for it, and that is said."""
    ended = run("calibrate", kind, "--region", region, "--years", "2022:2024", "--effective-from", "2024-01-01")
    assert ended.code == 0, ended.err
    assert kind != "scores" or "lack a year" in ended.out
