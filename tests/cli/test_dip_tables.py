"""`drgcalc tables` on DIP directories: import, list, show, check, diff, export."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from program import Run, change

from drgcalc.run.region_tables import read_scores

CITY = """病种编码,病种名称,主要诊断编码,主要手术操作编码,病种类型,病种分值
A-1,胆囊切除,K80.1,51.2300+51.8800/51.8500,核心,812.3
A-2,胆囊结石,K80.1,保守治疗,核心,301.25
A-3,K80手术,K80,,综合,500
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    path = tmp_path / "directory.csv"
    path.write_text(CITY, encoding="utf-8")
    return path


@pytest.fixture
def scheme(run: Run, city: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "schemes" / "city"
    ended = run("tables", "import", city, "--out", folder, "--precedence", "or-first")
    assert ended.code == 0, ended.err
    return folder


def test_an_import_without_the_precedence_it_needs_ends_with_4_and_says_what_to_add(run: Run, city: Path) -> None:
    ended = run("tables", "import", city, "--out", city.parent / "x")
    assert ended.code == 4
    assert "--precedence or-first, and-first or all" in ended.err
    assert not (city.parent / "x").exists()


def test_a_layout_file_may_say_the_precedence(run: Run, city: Path, tmp_path: Path) -> None:
    layout = tmp_path / "region.toml"
    layout.write_text('[directory]\nprecedence = "and-first"\n', encoding="utf-8")
    assert run("tables", "import", city, "--out", tmp_path / "x", "--layout", layout).code == 0
    assert "A-1,胆囊切除,core,1,K80.1,51.2300+51.8800|51.8500," in (tmp_path / "x/dip.csv").read_text(encoding="utf-8")


def test_a_precedence_for_a_drg_scheme_ends_with_2(run: Run, tmp_path: Path, region: Path) -> None:
    run("tables", "export", region / "schemes/demo-drg", tmp_path / "plain")
    assert run("tables", "import", tmp_path / "plain", "--precedence", "all", "--out", tmp_path / "x").code == 2


def test_the_import_says_what_it_read_and_where_the_kinds_are_from(run: Run, city: Path, tmp_path: Path) -> None:
    out = run("tables", "import", city, "--out", tmp_path / "x", "--precedence", "or-first").out
    assert "T030" in out
    assert "T035" in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_directory_is_listed_and_shown(run: Run, scheme: Path) -> None:
    assert "DIP" in run("tables", "list", scheme.parent).out
    assert run("tables", "show", scheme, "--json").document["groups_core"] == 2
    assert "main_procedure: 51.2300+(51.8800|51.8500)" in run("tables", "show", scheme, "A-1").out
    assert run("tables", "show", scheme, "Z").code == 2


def test_check_finds_what_the_directory_lacks(run: Run, scheme: Path) -> None:
    ended = run("tables", "check", scheme)
    assert ended.code == 0
    assert "K80 has no therapeutic, diagnostic, conservative" in " ".join(ended.out.split())
    assert run("tables", "check", scheme, "--strict").code == 4


def test_a_changed_table_ends_with_4(run: Run, scheme: Path) -> None:
    change(scheme / "dip.csv", "51.2300", "51.2200")
    ended = run("tables", "check", scheme)
    assert ended.code == 4
    assert "dip.csv" in ended.err


def test_an_exported_directory_changed_and_imported_differs_in_that(run: Run, scheme: Path, tmp_path: Path) -> None:
    plain, new = tmp_path / "plain", tmp_path / "schemes/new"
    assert run("tables", "export", scheme, plain).code == 0
    change(plain / "dip.csv", "51.2300+", "51.2200+")
    assert run("tables", "import", plain, "--id", "new", "--out", new).code == 0
    changes = run("tables", "diff", scheme, new, "--json").document["changes"]
    assert [(one["key"], one["column"]) for one in changes] == [("A-1", "main_procedure")]
    assert "A-1 main_procedure: 51.2300+(51.8800|51.8500) → 51.2200+" in run("tables", "diff", scheme, new).out
    assert run("tables", "diff", scheme, new, "--out", tmp_path / "diff").code == 0
    with (tmp_path / "diff/changes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 1


def test_a_directory_and_a_drg_scheme_cannot_be_compared(run: Run, scheme: Path, region: Path) -> None:
    assert run("tables", "diff", scheme, region / "schemes/demo-drg").code == 2


WITH_COSTS = """病种编码,病种名称,主要诊断编码,主要手术操作编码,病种类型,病种分值,次均费用
A-1,胆囊切除,K80.1,51.2300+51.8800/51.8500,核心,812.3,8123.455
A-2,胆囊结石,K80.1,保守治疗,核心,301.25,3012.5
A-3,K80手术,K80,,综合,500,
"""


def test_scores_and_mean_costs_become_a_table_of_a_region(run: Run, city: Path, tmp_path: Path, region: Path) -> None:
    city.write_text(WITH_COSTS.replace("综合,500,", "综合,500,5000"), encoding="utf-8")
    target = region / "scores/city.csv"
    arguments = ("tables", "import", city, "--out", tmp_path / "x", "--precedence", "or-first", "--scores", target)
    assert run(*arguments).code == 2
    assert run(*arguments, "--effective-from", "2025-01-01").code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "group_code,level,score,mean_fee,effective_from,effective_to,source"
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["A-1", "", "812.3000", "8123.46", "2025-01-01", ""],
        ["A-2", "", "301.2500", "3012.50", "2025-01-01", ""],
        ["A-3", "", "500.0000", "5000.00", "2025-01-01", ""],
    ]
    assert "A-1" in {row.group_code for row in read_scores(region)}
    assert run(*arguments, "--effective-from", "2025-01-01").code == 6


def test_a_score_without_a_mean_cost_is_refused(run: Run, city: Path, tmp_path: Path) -> None:
    city.write_text(WITH_COSTS, encoding="utf-8")
    ended = run(
        "tables", "import", city, "--out", tmp_path / "x", "--precedence", "or-first",
        "--scores", tmp_path / "s.csv", "--effective-from", "2025-01-01",
    )  # fmt: skip
    assert ended.code == 4
    assert "1 groups have a score and no mean cost (例均费用), the first is A-3" in ended.err
    assert not (tmp_path / "x").exists()
