"""A small part of the fault kit, which `python -m tests.faults` runs whole, and faults that need their own place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from drgcalc.base.errors import InputError, OutputError
from drgcalc.run import intake
from drgcalc.run.check import check
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.workspace import workspace

ROOT = Path(__file__).parents[2]
YEAR = parse_period("2024")


def kit(*options: str) -> str:
    """Run the kit as a program of its own: it forks, which a process full of threads must not."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:] or done.stdout[-3000:]
    return done.stdout


def test_runs_that_are_killed_lose_nothing_and_the_next_repairs() -> None:
    told = re.findall(r"at a (?:step|time): killed: (\d+)$", kit("--kills", "4", "--seed", "7"), re.MULTILINE)
    assert sum(map(int, told)) == 4


def test_what_killed_runs_have_grouped_is_taken_over() -> None:
    told = kit("--restarts", "3", "--seed", "7")
    assert re.search(r"records taken over: [1-9]", told)


def test_runs_that_the_system_refuses_end_with_a_message() -> None:
    assert "refusals done" in kit("--refusals", "4", "--seed", "7")


def test_damaged_inputs_are_read_or_refused_and_nothing_is_lost() -> None:
    assert "inputs done" in kit("--inputs", "100", "--seed", "7")


def test_corrections_in_any_order_end_in_the_same_ledger() -> None:
    assert "one ledger" in kit("--soak", "6", "--seed", "7")


def test_a_region_that_changes_during_the_run_is_not_published(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from drgcalc.run import settle as module

    whole = module.settle_sums

    def changing(*args: object) -> object:
        with (settled / "hospitals.csv").open("a", encoding="utf-8") as file:
            file.write("H999,新增医院,二级,1.0,2024-01-01,,文件\n")
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "settle_sums", changing)
    with pytest.raises(InputError, match="was changed during the run"):
        settle(settled, parse_period("2024-05"))
    assert not (settled / "out/2024-05").exists()


def test_a_clock_that_is_slow_is_told_and_rejects_no_record(settled: Path) -> None:
    os.utime(settled / "discharges/2024.csv", (4e9, 4e9))
    with pytest.raises(InputError, match="clock says"):
        check(settled, YEAR)


def test_what_a_killed_run_left_among_temporary_files_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "somebody-else").mkdir()
    with workspace() as held:
        own = held.parents[1]
        (own / "work-dead/files").mkdir(parents=True)
        (own / "work-dead/files/records.csv").write_text("440200198501010001")
        (own / "notes").mkdir()
        with workspace():
            assert held.is_dir()
            assert not (own / "work-dead").exists()
    assert sorted(path.name for path in own.iterdir()) == [".lock", "notes"]
    assert (tmp_path / "somebody-else").is_dir()


def test_a_place_for_temporary_files_that_others_may_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    place = tmp_path / f"drgcalc-{os.getuid()}"
    place.mkdir()
    place.chmod(0o755)
    with pytest.raises(OutputError, match="others may read it"), workspace():
        pass


def test_an_input_that_vanishes_is_told(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = intake.read_parts

    def vanished(*args: object) -> object:
        (settled / "discharges/2024.csv").unlink()
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "read_parts", vanished)
    with pytest.raises(InputError, match=r"2024\.csv"):
        check(settled, YEAR)
