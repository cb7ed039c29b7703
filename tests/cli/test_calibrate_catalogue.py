"""`drgcalc calibrate catalogue` from records to a settled year: the directory, its scores, and a year by both."""

import csv
import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from program import Run, change

from drgcalc.base.dip_columns import DIP_REQUIRED
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.kinds import shipped_procedure_kinds

CALIBRATION = """\
[calibration]
title = "测算办法"
document = "示例办法"
[calibration.history]
weights = { value = [3, 7], unit = "factor", source = "第一条" }
mean = { value = "pooled", source = "第一条" }
[calibration.scores]
relative_to = { value = "all_stays", source = "第二条" }
scale = { value = 1000, unit = "points", source = "第二条" }
small_sample = { value = 15, unit = "cases", source = "第二条" }
without_history = { value = "none", source = "第二条" }
[calibration.catalogue]
base = "schemes/base"
threshold = { value = 8, unit = "cases", source = "第三条" }
related_rise = { value = 0.1, unit = "ratio", source = "第三条" }
split_total = { value = 8, unit = "cases", source = "第三条" }
split_part = { value = 2, unit = "cases", source = "第三条" }
split_fall = { value = 0.2, unit = "ratio", source = "第三条" }
"""
ABOUT = """\
id = "base"
title = "公共部分"
kind = "dip"
edition = "1"
source = "测试"
license_note = "MIT"
diagnosis_codes = "ICD-10"
procedure_codes = "ICD-9-CM-3"
[sha256]
"""
YEARS = ("--years", "2022:2023")


def write_base(folder: Path) -> None:
    """A directory without groups: the kinds of procedures that ship, and no other list."""
    folder.mkdir(parents=True)
    about = ABOUT
    for table in DIP_REQUIRED:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.names())
            writer.writerows(shipped_procedure_kinds() if table.name == "procedure_kinds" else ())
        about += f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n'
    (folder / "scheme.toml").write_text(about, encoding="utf-8")


@pytest.fixture
def city(region: Path) -> Path:
    text = (region / "discharges/2024.csv").read_text(encoding="utf-8-sig")
    for year in ("2022", "2023"):
        (region / f"discharges/{year}.csv").write_text(
            text.replace("2024-", f"{year}-").replace("\nS0", f"\nS{year}"), encoding="utf-8"
        )
    change(region / "hospitals.csv", "2024-01-01", "2022-01-01")
    (region / "calibration.toml").write_text(CALIBRATION, encoding="utf-8")
    write_base(region / "schemes/base")
    return region


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_year_is_settled_by_the_directory_and_scores_of_its_own_history(run: Run, city: Path) -> None:
    scheme, scores = city / "schemes/own", city / "scores/2024.csv"
    made = run("calibrate", "catalogue", "--region", city, *YEARS, "--out", scheme, "--json")
    assert made.code == 0, made.err
    change(city / "region.toml", 'scheme = "schemes/demo-drg"', 'scheme = "schemes/own"')
    scores.unlink()
    scored = run("calibrate", "scores", "--region", city, *YEARS, "--out", scores)
    assert scored.code == 0, scored.err
    settled = run("settle", "--region", city, "--year", "2024", "--json")
    assert settled.code == 0, settled.err
    assert set(settled.document["grouping"]["statuses"]) == {"grouped"}


def test_matching_puts_every_stay_of_the_history_where_the_directory_counted_it(run: Run, city: Path) -> None:
    """Two ways to the same groups: counts of code combinations, and the matcher on the finished directory."""
    assert run("calibrate", "catalogue", "--region", city, *YEARS, "--out", city / "schemes/own").code == 0
    change(city / "region.toml", 'scheme = "schemes/demo-drg"', 'scheme = "schemes/own"')
    (city / "scores/2024.csv").unlink()
    assert run("calibrate", "scores", "--region", city, *YEARS).code == 0
    (cases,) = city.glob("out/cases/2022-*/v1/cases.parquet")
    matched = Counter(row["group_code"] for row in pq.read_table(cases, columns=["group_code"]).to_pylist())
    assert matched == {row["group_code"]: int(row["cases"]) for row in rows(city / "schemes/own/audit.csv")}


def test_the_directory_is_a_scheme_and_the_audit_says_why_each_group_exists(run: Run, city: Path) -> None:
    made = run("calibrate", "catalogue", "--region", city, *YEARS, "--json")
    folder = city / made.document["basis"]["place"]["folder"]
    scheme, audit = load_scheme(folder), rows(folder / "audit.csv")
    assert [row.code for row in scheme.rows] == [row["group_code"] for row in audit]  # type: ignore[union-attr]
    assert all(row["why"] for row in audit)
    assert all(int(row["cases"]) >= 8 for row in audit if row["layer"] == "core")
    quality = made.document["quality"]
    assert sum(int(row["cases"]) for row in audit) == quality["stays"]
    assert sum(int(row["cases"]) for row in audit if row["layer"] == "core") == quality["core_stays"]


def test_groups_are_called_what_the_tables_of_names_call_their_codes(run: Run, city: Path) -> None:
    made = run("calibrate", "catalogue", "--region", city, *YEARS, "--out", city / "schemes/own")
    assert made.code == 0, made.err
    before = {row["code"]: row for row in rows(city / "schemes/own/dip.csv")}
    core = next(row for row in before.values() if row["layer"] == "core" and row["main_procedure"])
    (city / "codes").mkdir()
    for name, code, called in (
        ("names_diagnoses.csv", core["principal"], "某病"),
        ("names_procedures.csv", core["main_procedure"], "某手术"),
    ):
        (city / "codes" / name).write_text(f"code,name,source\n{code},{called},目录\n", encoding="utf-8")
    again = run("calibrate", "catalogue", "--region", city, *YEARS, "--out", city / "schemes/named")
    assert again.code == 0, again.err
    named = {row["code"]: row["name"] for row in rows(city / "schemes/named/dip.csv")}
    assert named[core["code"]] == "某病 某手术"
    assert {code: {**row, "name": ""} for code, row in before.items()} == {
        row["code"]: {**row, "name": ""} for row in rows(city / "schemes/named/dip.csv")
    }


def test_the_order_of_records_changes_no_byte(run: Run, city: Path, tmp_path: Path) -> None:
    turned = Path(shutil.copytree(city, tmp_path / "turned", ignore=shutil.ignore_patterns("out")))
    for year in ("2022", "2023"):
        path = turned / f"discharges/{year}.csv"
        head, *records = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(records)]) + "\n", encoding="utf-8")
    for region in (city, turned):
        assert run("calibrate", "catalogue", "--region", region, *YEARS).code == 0
    for file in sorted((city / "calibration/catalogue/2022-2023/v1").iterdir()):
        if file.name != "manifest.json":
            other = turned / "calibration/catalogue/2022-2023/v1" / file.name
            assert file.read_bytes() == other.read_bytes(), file.name


def test_a_folder_that_is_no_scheme_is_never_replaced(run: Run, city: Path) -> None:
    ended = run("calibrate", "catalogue", "--region", city, *YEARS, "--out", city / "discharges", "--replace")
    assert ended.code == 6
    assert (city / "discharges/2022.csv").is_file()


def test_a_drg_scheme_is_no_base(run: Run, city: Path) -> None:
    change(city / "calibration.toml", "schemes/base", "schemes/demo-drg")
    ended = run("calibrate", "catalogue", "--region", city, *YEARS)
    assert ended.code == 4
    assert "kind drg" in ended.err
