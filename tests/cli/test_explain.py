"""`drgcalc explain`: a record of a file, a record typed by hand, a group it is not in."""

from pathlib import Path

import pytest
from program import Run


def test_a_record_shows_the_rule_at_each_level_and_the_codes_that_made_it_hold(run: Run, settled: Path) -> None:
    ended = run("explain", "--region", settled, "S00003")
    assert ended.code == 0, ended.err
    assert "grouped: MDCH → HC4 → HC45" in ended.out
    assert "✓ ZYZD in DI_MDCH  [ZYZD K80.101 DI_MDCH]" in ended.out
    assert "rows tried before, in vain: MDCA" in ended.out
    assert "checksum" in ended.out


def test_the_explanation_agrees_with_the_published_cases(run: Run, settled: Path) -> None:
    import pyarrow.parquet as pq

    cases = pq.read_table(settled / "out/2024/v1/cases.parquet").to_pylist()
    for case in cases[:3]:
        reason = run("explain", "--region", settled, case["settlement_id"], "--json").document
        assert [reason[level] for level in ("status", "mdc", "adrg", "group_code")] == [
            case[level] for level in ("status", "mdc", "adrg", "group_code")
        ]


def test_a_rejected_record_shows_why(run: Run, settled: Path) -> None:
    ended = run("explain", "--region", settled, "S90001")
    assert ended.code == 0
    assert "discharged before admitted" in ended.out
    assert "it has no group" in ended.out


def test_an_unknown_record_ends_with_3(run: Run, settled: Path) -> None:
    ended = run("explain", "--region", settled, "NOBODY")
    assert ended.code == 3
    assert "no record carries the settlement id NOBODY" in ended.err


def test_a_typed_record_needs_no_file(run: Run, region: Path) -> None:
    ended = run("explain", "--region", region, "--dx", "k80.302", "--op", "51.2300", "--age", 70, "--sex", 1, "--json")
    assert ended.code == 0, ended.err
    assert ended.document["diagnoses"] == ["K80.302"]
    assert ended.document["group_code"] == "HC45"


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [("--icu-hours", "71.5", "ZZJH"), ("--ventilator-hours", "96", "HXJ"), ("--department", "7", "KS")],
)
def test_every_field_that_rules_read_can_be_typed(run: Run, region: Path, option: str, value: str, field: str) -> None:
    ended = run("explain", "--region", region, "--dx", "K80.302", option, value, "--json")
    assert ended.document["scalars"][field] == value


def test_hours_that_are_no_number_end_with_2(run: Run, region: Path) -> None:
    assert run("explain", "--region", region, "--dx", "K80.302", "--icu-hours", "many").code == 2


def test_why_not_proves_every_level_of_the_other_group(run: Run, region: Path) -> None:
    ended = run("explain", "--region", region, "--dx", "K80.302", "--op", "51.2300", "--why-not", "HC43")
    assert "DRG HC43" in ended.out
    assert "does not hold" in ended.out


def test_why_not_an_unknown_group_ends_with_2(run: Run, region: Path) -> None:
    ended = run("explain", "--region", region, "--dx", "K80.302", "--why-not", "XX99")
    assert ended.code == 2
    assert "has no group XX99" in ended.err


def test_an_unknown_hospital_ends_with_2(run: Run, settled: Path) -> None:
    ended = run("explain", "--region", settled, "--hospital", "H999")
    assert ended.code == 2
    assert "no hospital H999" in ended.err
