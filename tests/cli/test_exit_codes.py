"""Bad circumstances: the right exit code, a sentence and a hint, nothing published."""

import fcntl
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from program import Run, change, published

from drgcalc.run import group as run_group
from drgcalc.run import settle as run_settle
from drgcalc.run.publish import lock
from drgcalc.settlement.identities import Statement


def settle(run: Run, region: Path, *more: str) -> tuple[int, str]:
    ended = run("settle", "--region", region, "--year", "2024", *more)
    return ended.code, ended.err


def settlements(region: Path) -> list[str]:
    return [name for name in published(region) if name.startswith("2024")]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["settle"], "which period?"),
        (["settle", "--year", "24"], "'24' is not a period"),
        (["settle", "--year", "2024-05"], "--month 2024-05"),
        (["settle", "--month", "2024"], "is not a month"),
        (["settle", "--month", "2024-13"], "is not a period"),
        (["settle", "--year", "2023", "--month", "2024-05"], "is not in --year 2023"),
        (["explain"], "explain takes a RECORD, --hospital"),
        (["explain", "--hospital", "H001"], "run `drgcalc settle` first"),
        (["verify"], "nothing is published"),
        (["verify", "2031"], "nothing is published for 2031"),
    ],
)
def test_usage_errors_end_with_2(run: Run, region: Path, args: list[str], said: str) -> None:
    ended = run(*args, "--region", region)
    assert ended.code == 2
    assert said in ended.err


def test_a_month_without_records_ends_with_3(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--month", "2024-01")
    assert ended.code == 3
    assert "there is no record for 2024-01" in ended.err
    assert published(region) == []


def test_no_input_file_ends_with_3(run: Run, region: Path) -> None:
    (region / "discharges/2024.csv").unlink()
    code, err = settle(run, region)
    assert code == 3
    assert "discharges/*" in err


def test_an_empty_file_ends_with_3(run: Run, region: Path) -> None:
    (region / "discharges/2024.csv").write_bytes(b"")
    code, err = settle(run, region)
    assert code == 3
    assert "discharges/2024.csv" in err
    assert "empty" in err


def test_an_unreadable_encoding_ends_with_3(run: Run, region: Path) -> None:
    (region / "discharges/2024.csv").write_bytes(b"\xff\xfe\xff\xff,\x80\x00\xff\n\xff")
    assert settle(run, region)[0] == 3


def test_a_file_without_a_required_column_ends_with_3(run: Run, region: Path) -> None:
    change(region / "discharges/2024.csv", "总费用", "总数")
    code, err = settle(run, region)
    assert code == 3
    assert "2024.csv" in err


def test_a_salt_that_region_toml_names_and_is_not_there_ends_with_3(run: Run, region: Path) -> None:
    change(region / "region.toml", "[inputs]\n", '[salt]\nfile = "nowhere.salt"\n[inputs]\n')
    code, err = settle(run, region)
    assert code == 3
    assert "nowhere.salt" in err


def test_rejected_records_end_strict_runs_with_3(run: Run, region: Path) -> None:
    code, err = settle(run, region, "--strict")
    assert code == 3
    assert "rejected records: 1" in err
    assert published(region) == []


def test_strict_check_ends_with_3(run: Run, region: Path) -> None:
    assert run("check", "--region", region, "--strict").code == 3


def test_a_folder_that_is_no_region_ends_with_4(run: Run, tmp_path: Path) -> None:
    code, err = settle(run, tmp_path)
    assert code == 4
    assert "holds no region.toml" in err


def test_a_year_without_policy_ends_with_4(run: Run, region: Path) -> None:
    ended = run("settle", "--region", region, "--year", "2025")
    assert ended.code == 4
    assert "2025-01-01" in ended.err


def test_a_damaged_scheme_ends_with_4(run: Run, region: Path) -> None:
    with (region / "schemes/demo-drg/adrg.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    code, err = settle(run, region)
    assert code == 4
    assert "adrg.csv" in err


def test_a_missing_score_ends_with_4_and_names_the_group(run: Run, grouped: Path) -> None:
    scores = grouped / "scores/2024.csv"
    header, first, *rest = scores.read_text(encoding="utf-8").splitlines(keepends=True)
    scores.write_text(header + "".join(rest), encoding="utf-8")
    code, err = settle(run, grouped)
    assert code == 4
    assert first.split(",")[0] in err
    assert settlements(grouped) == []


def test_a_year_without_fund_account_ends_with_4(run: Run, grouped: Path) -> None:
    change(grouped / "fund/2024.csv", "\n2024,", "\n2023,")
    code, err = settle(run, grouped)
    assert code == 4
    assert "2024" in err


def test_an_unknown_key_ends_with_4(run: Run, region: Path) -> None:
    change(region / "region.toml", "[policy.point_value]\n", '[policy.point_value]\ncolour = "red"\n')
    code, err = settle(run, region)
    assert code == 4
    assert "colour" in err


def test_an_identity_that_fails_ends_with_5_and_publishes_nothing(
    run: Run, grouped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Statement("points", "employee", Decimal(1), Decimal(2), Decimal(1), False, "points of cases")
    monkeypatch.setattr(run_settle, "case_proofs", lambda *_: (wrong,))
    code, err = settle(run, grouped)
    assert code == 5
    assert "points" in err
    assert settlements(grouped) == []


def test_two_runs_at_once_end_the_second_with_6(run: Run, region: Path) -> None:
    with lock(region / "out"):
        code, err = settle(run, region)
    assert code == 6
    assert f"process {os.getpid()}" in err


def test_the_lock_file_of_a_dead_run_stands_in_nobodys_way(run: Run, grouped: Path) -> None:
    (grouped / "out/.lock").write_text("99999")
    assert settle(run, grouped)[0] == 0


def test_out_that_cannot_be_written_ends_with_6(run: Run, region: Path) -> None:
    (region / "out").write_text("a file where the folder should be")
    code, err = settle(run, region)
    assert code == 6
    assert "cannot be written" in err


def test_a_full_disk_ends_with_6_and_leaves_nothing(run: Run, grouped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("drgcalc.run.publish._sync", full)
    code, err = settle(run, grouped)
    assert code == 6
    assert "disk is full" in err
    assert settlements(grouped) == []


def test_a_closed_period_ends_with_6(run: Run, grouped: Path) -> None:
    (grouped / "out/2024").mkdir()
    mark = {"period": "2024", "version": 1, "manifest": "", "closed_on": "2025-01-31", "decisions": []}
    (grouped / "out/2024/closed.json").write_text(json.dumps(mark))
    code, err = settle(run, grouped)
    assert code == 6
    assert "2024 is closed" in err


def test_init_never_overwrites_and_ends_with_6(run: Run, region: Path) -> None:
    ended = run("init", region)
    assert ended.code == 6
    assert "not an empty folder" in ended.err


def test_an_interrupt_ends_with_130_and_leaves_nothing(run: Run, region: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_group, "grouped_parts", interrupted)
    code, err = settle(run, region)
    assert code == 130
    assert "interrupted" in err
    assert published(region) == []


def test_the_lock_is_free_after_a_failure(run: Run, region: Path) -> None:
    settle(run, region, "--strict")
    with (region / "out/.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
