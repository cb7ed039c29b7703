"""Groups and explanations of a region whose scheme is a DIP directory."""

import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from program import Run, change

sys.path.insert(0, str(Path(__file__).parents[1] / "grouping" / "dip"))

from dip_folders import Directory, group, write_directory

DIRECTORY = Directory(
    dip=[
        group("BX-1", "*", "96.72", layer="pregroup"),
        group("BX-2", "K80", "51.23", score="110", name="胆囊结石:腹腔镜"),
        group("BX-3", "K80.1", "51.23", related_procedures="87.54", score="150"),
        group("BX-4", "K80.1", "51.23", score="120", tcm="1"),
        group("BX-5", "K80.1", "51.23", score="90"),
        group("BX-6", "A00-T98", layer="comprehensive", kind="surgical"),
        group("BX-7", "A00-Z99", layer="comprehensive"),
    ],
    excluded=["Z00"],
    grassroots=[("K80", "51.23")],
    main_procedures=[("38.9", "never_main", "")],
    kinds={"51": "surgical", "87": "diagnostic"},
    cc=[("I50*", "MCC", "EX_1"), ("I10*", "CC", "")],
    exclusions={"EX_1": ("I11*",)},
    cci=[("I50", "heart failure", "1")],
    auxiliary=[("cci", "1", "CCI >= 1"), ("severity", "III", "QTZD in MCC"), ("age", "65", "NL >= 65")],
)


@pytest.fixture
def dip_region(region: Path) -> Path:
    """The region of `drgcalc init`, its cases grouped by a directory."""
    write_directory(region / "schemes" / "town-dip", DIRECTORY)
    change(region / "region.toml", 'scheme = "schemes/demo-drg"', 'scheme = "schemes/town-dip"')
    return region


def test_cases_of_a_dip_region_have_what_the_directory_finds(run: Run, dip_region: Path) -> None:
    ended = run("group", "--region", dip_region, "--year", "2024")
    assert ended.code == 0, ended.err
    (path,) = (dip_region / "out").glob("cases/**/cases.parquet")
    cases = pq.read_table(path).to_pylist()
    assert {case["status"] for case in cases} == {"grouped"}
    assert all(case["layer"] and case["treatment_kind"] and case["mdc"] is None for case in cases)
    assert {case["aux_age"] for case in cases} == {"65", None}
    assert {type(case["grassroots"]) for case in cases} == {bool}


def test_the_explanation_agrees_with_the_published_cases(run: Run, dip_region: Path) -> None:
    run("group", "--region", dip_region, "--year", "2024")
    (path,) = (dip_region / "out").glob("cases/**/cases.parquet")
    for case in pq.read_table(path).to_pylist()[:5]:
        reason = run("explain", "--region", dip_region, case["settlement_id"], "--json").document
        assert (reason["status"], reason["group_code"]) == (case["status"], case["group_code"])
        assert reason["way"]["layer"] == case["layer"]


def test_a_record_shows_what_each_row_asked_and_why_one_won(run: Run, dip_region: Path) -> None:
    typed = ("--dx", "K80.100", "--dx", "I50.900", "--dx", "I10.x00", "--op", "38.9300", "--op", "51.2300")
    ended = run("explain", "--region", dip_region, *typed, "--age", "70")
    assert ended.code == 0, ended.err
    for words in (
        "38.9300: beside, conservative, main_procedures.csv 38.9: never_main",
        "51.2300: main, surgical",
        "grouped: core 核心病种 → BX-4",
        "tied with 并列: BX-5",
        "grassroots 基层病种: yes, grassroots.csv, seq 1",
        "BX-2 胆囊结石:腹腔镜: is met, but fits less, score 110",
        "✓ main procedure 主要手术操作: 51.23 [51.2300]",
        "not met, by what they ask first: BX-3 (related_procedures)",
        "tried before, in vain: pregroup 先期分组, 1 rows",
        "MCC I50.900: counts",
        "Charlson sum CCI 1: I50.900 heart failure 1",
        "auxiliary 辅助目录 severity: III",
        "auxiliary 辅助目录 age: 65",
    ):
        assert words in " ".join(ended.out.split()), (words, ended.out)


def test_a_tie_says_by_what_policy_it_was_decided(run: Run, dip_region: Path) -> None:
    ended = run("explain", "--region", dip_region, "--dx", "K80.100", "--op", "51.2300")
    assert "BX-4: fits as well as BX-5; the higher score wins: 120 over 90." in ended.out
    assert "tied with 并列: BX-5" in ended.out
    assert "TCM 中医病种: yes" in ended.out


def test_why_not_shows_what_the_case_lacks(run: Run, dip_region: Path) -> None:
    typed = ("--dx", "K80.100", "--op", "51.2300")
    ended = run("explain", "--region", dip_region, *typed, "--why-not", "BX-3")
    assert "✗ related procedures 相关手术操作: 87.54" in ended.out
    assert "None of its rows is met." in ended.out
    assert "It is met too" in run("explain", "--region", dip_region, *typed, "--why-not", "BX-2").out
    assert run("explain", "--region", dip_region, *typed, "--why-not", "BX-99").code == 2


def test_an_excluded_diagnosis_names_the_table_that_excludes_it(run: Run, dip_region: Path) -> None:
    ended = run("explain", "--region", dip_region, "--dx", "Z00.000")
    assert "excluded: Z00.000 is not grouped (excluded_diagnoses.csv)" in ended.out


def test_a_rejected_record_of_a_dip_region_shows_why(run: Run, dip_region: Path) -> None:
    ended = run("explain", "--region", dip_region, "S90001")
    assert ended.code == 0
    assert "it has no group" in ended.out


def test_grouping_says_how_many_ties_were_decided_and_by_what(run: Run, dip_region: Path) -> None:
    tied = group("BX-8", "A00-Z99", layer="comprehensive", score="1")
    write_directory(dip_region / "schemes" / "town-dip", replace(DIRECTORY, dip=[*DIRECTORY.dip, tied]))
    ended = run("group", "--region", dip_region, "--year", "2024")
    assert ended.code == 0, ended.err
    (path,) = (dip_region / "out").glob("cases/**/cases.parquet")
    ties = sum(case["tied_with"] is not None for case in pq.read_table(path).to_pylist())
    assert ties
    text = " ".join(ended.out.split())
    assert f"Ties 并列: {ties} cases met several groups equally well" in text
    assert 'the higher score of the directory decided (tie = "higher_score" in scheme.toml)' in text
    again = run("group", "--region", dip_region, "--year", "2024", "--json").document
    assert again["ties"] == {"cases": ties, "policy": "higher_score"}
    assert run("verify", "--region", dip_region).code == 0
