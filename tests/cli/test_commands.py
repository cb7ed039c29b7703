"""Commands on the region that `drgcalc init` writes."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from program import Run, change, published
from rich.cells import cell_len

SETTLED = [
    "2024/v1/allocations.csv",
    "2024/v1/allocations.parquet",
    "2024/v1/at_stake.csv",
    "2024/v1/cases.parquet",
    "2024/v1/codes.csv",
    "2024/v1/findings.csv",
    "2024/v1/findings_priced.csv",
    "2024/v1/if_mended.parquet",
    "2024/v1/ledger.csv",
    "2024/v1/manifest.json",
    "2024/v1/point_values.csv",
    "2024/v1/pool.csv",
    "2024/v1/rejected.csv",
    "2024/v1/rejected.parquet",
    "2024/v1/terms.json",
]


def test_a_new_region_settles_at_once(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--year", "2024")
    assert ended.code == 0, ended.err
    assert "Balanced to the fen" in ended.out
    assert [name for name in published(region) if name.startswith("2024/v1/")] == SETTLED


def test_the_screen_fits_80_columns(run: Run, settled: Path) -> None:
    text = run("settle", "--region", settled, "--year", "2024").out
    text += run("explain", "--region", settled, "--hospital", "H001").out
    text += run("policy", "show", "--region", settled, "--year", "2024").out
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []


def test_settling_again_makes_no_new_version(run: Run, settled: Path) -> None:
    ended = run("settle", "--region", settled, "--year", "2024", "--json")
    assert ended.document["place"] == {"folder": "out/2024/v1", "period": "2024", "unchanged": True, "version": 1}
    assert ended.document["grouping"]["reused"]


def test_months_settle_one_after_the_other_and_what_is_done_stays(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--months", "2024-03:2024-04")
    assert ended.code == 3
    assert "2024-03: " in ended.err
    assert "there is no record for 2024-04" in ended.err
    assert "2024-03/v1/manifest.json" in published(region)
    ended = run("settle", "--region", region, "--months", "2024-03:2024-03")
    assert "v1, as before" in ended.out
    assert [line for line in ended.out.splitlines() if cell_len(line) > 80] == []
    document = run("settle", "--region", region, "--months", "2024-03:2024-03", "--json").document
    assert [one["period"] for one in document] == ["2024-03"]
    assert run("settle", "--region", region, "--months", "2024-03:2024-03", "--year", "2024").code == 2


def test_two_regions_settle_to_the_same_bytes(run: Run, region: Path, settled: Path) -> None:
    run("settle", "--region", region, "--year", "2024")
    differing = [
        name for name in SETTLED if (region / "out" / name).read_bytes() != (settled / "out" / name).read_bytes()
    ]
    assert differing == []


def test_a_changed_score_makes_a_new_version_of_the_same_cases(run: Run, settled: Path) -> None:
    scores = settled / "scores/2024.csv"
    first = next(iter(csv.DictReader(scores.open(encoding="utf-8"))))
    change(scores, f"{first['group_code']},{first['score']},", f"{first['group_code']},1{first['score']},")
    document = run("settle", "--region", settled, "--year", "2024", "--json").document
    assert document["place"]["version"] == 2
    assert document["grouping"]["reused"]


def test_payables_and_ledger_add_up(run: Run, settled: Path) -> None:
    document = run("settle", "--region", settled, "--year", "2024", "--json").document
    ledger = list(csv.reader((settled / "out/2024/v1/ledger.csv").open(encoding="utf-8-sig")))[1:]
    of_hospitals = sum(Decimal(row[6]) for row in ledger if row[5])
    assert of_hospitals == sum(Decimal(row["payable"]) for row in document["allocations"])
    assert sum(Decimal(row[6]) for row in ledger) == 0


def test_a_month_settles_with_the_parameters_of_the_year(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--month", "2024-05", "--json")
    assert ended.code == 0, ended.err
    records = ended.document["grouping"]["records"]
    assert records["outside"] > 0
    assert records["read"] == sum(records[part] for part in ("accepted", "rejected", "duplicates", "outside"))


def test_group_publishes_cases_alone(run: Run, region: Path) -> None:
    ended = run("group", "--region", region, "--year", "2024")
    assert ended.code == 0, ended.err
    names = ("cases.parquet", "codes.csv", "findings.csv", "if_mended.parquet", "manifest.json")
    names = (*names, "rejected.csv", "rejected.parquet")
    assert published(region)[-7:] == [f"cases/2024/v1/{name}" for name in names]


def test_check_shows_what_is_wrong_and_publishes_nothing(run: Run, region: Path) -> None:
    ended = run("check", "--region", region, "--json")
    assert ended.code == 0, ended.err
    assert ended.document["rejected"] == 1
    assert ended.document["duplicates"] == 1
    assert not (region / "out").exists()


def test_a_dry_run_does_the_work_and_leaves_nothing(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--year", "2024", "--dry-run", "--json")
    assert ended.code == 0, ended.err
    assert ended.document["allocations"]
    assert published(region) == []


def test_records_in_gbk_give_the_same_payables(run: Run, settled: Path) -> None:
    before = run("settle", "--region", settled, "--year", "2024", "--json").document["allocations"]
    file = settled / "discharges/2024.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))
    assert run("settle", "--region", settled, "--year", "2024", "--json").document["allocations"] == before


def test_quiet_says_nothing(run: Run, settled: Path) -> None:
    ended = run("settle", "--region", settled, "--year", "2024", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_messages_can_be_json_lines(run: Run, settled: Path) -> None:
    err = run("settle", "--region", settled, "--year", "2024", "--log-format", "json").err
    assert {json.loads(line)["level"] for line in err.splitlines()} == {"info"}


def test_a_failure_in_json_is_a_document_too(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--year", "1999", "--json")
    assert ended.document["error"]["exit_code"] == ended.code == 2


def test_verify_proves_what_was_published(run: Run, settled: Path) -> None:
    ended = run("verify", "--region", settled)
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.count(", 0 failed") == 2


def test_verify_names_a_changed_file(run: Run, settled: Path) -> None:
    with (settled / "out/2024/v1/allocations.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    ended = run("verify", "--region", settled, "2024")
    assert ended.code == 5
    assert "allocations.csv" in ended.err


@pytest.mark.parametrize("name", ["hospitals.csv", "discharges/2024.csv"])
def test_verify_notes_that_an_input_has_moved_on(run: Run, settled: Path, name: str) -> None:
    with (settled / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    ended = run("verify", "--region", settled, "2024")
    assert ended.code == 0
    assert f"{name} has changed since" in ended.out


def test_a_hospital_statement_adds_up_to_its_allocation(run: Run, settled: Path) -> None:
    document = run("settle", "--region", settled, "--year", "2024", "--json").document
    statement = run("explain", "--region", settled, "--hospital", "H001", "--json").document
    payable = {row["pool"]: row["payable"] for row in document["allocations"] if row["hospital_id"] == "H001"}
    assert statement["totals"] == payable
    last = {line["pool"]: line["balance"] for line in statement["lines"]}
    assert last == {pool: amount for pool, amount in payable.items() if pool in last}


def add_policy_of_2025(region: Path) -> None:
    """The block of 2024 once more for 2025, with another floor."""
    path = region / "region.toml"
    text = path.read_text(encoding="utf-8")
    block = text[text.index("[[policy]]") :]
    later = block.replace("2024-01-01", "2025-01-01").replace("2024-12-31", "2025-12-31")
    assert "value = 1.05" in later
    path.write_text(f"{text}\n{later.replace('value = 1.05', 'value = 1.02', 1)}", encoding="utf-8")


def test_policy_diff_names_the_number_that_changed_and_its_source(run: Run, region: Path) -> None:
    add_policy_of_2025(region)
    ended = run("policy", "diff", "2024", "2025", "--region", region, "--json")
    assert ended.code == 0, ended.err
    (change,) = ended.document["changes"]
    assert (change["key"], change["old"], change["new"]) == ("limits.floor", "1.05 factor", "1.02 factor")
    assert change["old_source"] == change["new_source"] == "第七条（一）"
    assert "limits.floor: 1.05 factor → 1.02 factor" in run("policy", "diff", "2024", "2025", "--region", region).out


def test_a_policy_does_not_differ_from_itself(run: Run, region: Path) -> None:
    assert "They say the same." in run("policy", "diff", "2024", "2024-05", "--region", region).out


def test_settle_shows_the_money_before_the_findings_and_ends_with_what_to_do_next(run: Run, settled: Path) -> None:
    out = run("settle", "--region", settled, "--year", "2024").out
    places = [out.index(part) for part in ("Point values", "Largest allocations", "R206", "S008", "What to do next")]
    assert places == sorted(places)


def test_records_of_unknown_hospitals_are_rejected_unless_region_toml_accepts_them(run: Run, region: Path) -> None:
    hospitals = region / "hospitals.csv"
    lines = hospitals.read_text(encoding="utf-8").splitlines(keepends=True)
    hospitals.write_text("".join(line for line in lines if not line.startswith("H003,")), encoding="utf-8")
    rejected = run("check", "--region", region, "--json").document["rejected"]
    change(region / "region.toml", "[inputs]\n", '[inputs]\nunknown_hospitals = "accept"\n')
    document = run("check", "--region", region, "--json").document
    assert rejected > document["rejected"] == 1
    assert "R402" in {finding["code"] for finding in document["findings"]}


def test_policy_show_prints_numbers_with_unit_and_source(run: Run, region: Path) -> None:
    terms = run("policy", "show", "--region", region, "--year", "2024", "--json").document["terms"]
    assert {"key": "limits.floor", "value": "1.05", "unit": "factor", "source": "第七条（一）"} in terms
