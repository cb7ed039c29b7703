"""Crosswalks, grey codes and damaged codes from the command line, on one record of the template's region."""

import csv
from pathlib import Path
from typing import Any

import pytest
from program import Run, change

GOOD = "K80.101|I10.x00,51.2300"
CHANGED = "K80.1|I1O.x00,51.23"
CROSSWALK = "original,mapped,source\nK80.1,K80.101,表\n"


@pytest.fixture
def damaged(region: Path) -> Path:
    """S00003 writes a clinical code, a letter for a zero, and a procedure without its zeros."""
    path = region / "discharges/2024.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(GOOD, CHANGED, 1), encoding="utf-8")
    (region / "codes").mkdir()
    (region / "codes/crosswalk_diagnoses.csv").write_text(CROSSWALK, encoding="utf-8")
    return region


def codes(folder: Path) -> dict[str, dict[str, str]]:
    """Rows of codes.csv by what is written, columns by their English names."""
    with (folder / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{name.split()[-1]: cell for name, cell in row.items()} for row in csv.DictReader(file)]
    return {row["written"]: row for row in rows}


def found(document: Any) -> set[str]:
    return {finding["code"] for finding in document["records"]["findings"]}


def test_codes_are_proposed_and_repaired_only_on_request(run: Run, damaged: Path) -> None:
    plain = run("group", "--region", damaged, "--year", 2024, "--json")
    assert plain.code == 0, plain.err
    assert {"R503", "R504", "F109"} <= found(plain.document)
    rows = codes(damaged / "out/cases/2024/v1")
    assert (rows["K80.1"]["read_as"], rows["K80.1"]["mapped"], rows["K80.1"]["times"]) == ("K80.101", "K80.101", "1")
    assert (rows["51.23"]["read_as"], rows["51.23"]["proposals"], rows["51.23"]["repaired"]) == ("51.23", "51.2300", "")

    mended = run("group", "--region", damaged, "--year", 2024, "--repair-codes", "--json")
    assert "R506" in found(mended.document)
    assert not {"R503", "R504"} & found(mended.document)
    assert codes(damaged / "out/cases/2024/v2")["51.23"]["read_as"] == "51.2300"
    assert run("group", "--region", damaged, "--year", 2024, "--repair-codes", "--json").document["reused"]
    assert not run("group", "--region", damaged, "--year", 2024, "--json").document["reused"]


def test_verify_knows_whether_codes_were_repaired(run: Run, damaged: Path) -> None:
    assert run("settle", "--region", damaged, "--year", 2024, "--repair-codes", "--quiet").code == 0
    document = run("verify", "2024", "--region", damaged, "--json").document
    proofs = [proof for result in document for proof in result["proofs"] if "repaired codes" in proof["statement"]]
    assert [(proof["holds"], proof["found"]) for proof in proofs] == [(True, "2")] * 2
    manifest = damaged / "out/2024/v1/manifest.json"
    change(manifest, '"repair_codes": "yes"', '"repair_codes": "no"')
    assert run("verify", "2024", "--region", damaged).code == 5


def test_explain_names_the_row_of_the_crosswalk(run: Run, damaged: Path) -> None:
    out = " ".join(run("explain", "--region", damaged, "S00003", "--repair-codes").out.split())
    assert "written K80.1: read as K80.101 by codes/crosswalk_diagnoses.csv row 1 (line 2) (表)" in out
    assert "written 51.23: repaired to 51.2300" in out
    typed = run("explain", "--region", damaged, "--dx", "K80.1", "--op", "51.23", "--json").document
    assert (typed["diagnoses"], typed["procedures"]) == (["K80.101"], ["51.23"])


def test_a_grey_principal_is_ungrouped_and_told(run: Run, damaged: Path) -> None:
    (damaged / "codes/grey_diagnoses.csv").write_text("code,name,source\nK80.101,x,灰码库\n", encoding="utf-8")
    reason = run("explain", "--region", damaged, "S00003", "--json").document
    assert (reason["status"], reason["grey_principal"], reason["trials"]) == ("ungrouped", True, [])
    assert "R507" in {finding["code"] for finding in reason["findings"]}
    check = run("check", "--region", damaged, "--year", 2024, "--json").document
    assert "R507" in {finding["code"] for finding in check["findings"]}


def test_a_bad_table_ends_with_4_and_publishes_nothing(run: Run, damaged: Path) -> None:
    (damaged / "codes/grey.csv").write_text("code\n", encoding="utf-8")
    ended = run("group", "--region", damaged, "--year", 2024)
    assert ended.code == 4
    assert "codes/grey.csv is no table" in ended.err
    assert not (damaged / "out/cases").exists()


def test_the_summary_counts_the_records_of_the_period_alone(run: Run, region: Path) -> None:
    whole = run("settle", "--region", region, "--year", 2024, "--dry-run")
    month = run("settle", "--region", region, "--month", "2024-05", "--dry-run", "--json")
    records = month.document["grouping"]["records"]
    assert "2024: 57 records, 1 rejected" in whole.err
    assert f"2024-05: {records['read'] - records['outside']} records, " in month.err
    assert records["outside"]
