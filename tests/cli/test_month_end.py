"""The script of the README runs unattended: one line, a log of JSON lines, the exit code, and it can run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import published

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples/month-end.sh"


@pytest.fixture
def month_end(tmp_path: Path, settled_once: Path) -> object:
    """Run the script with `drgcalc` on the path, as an installation has it."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/drgcalc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m drgcalc "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(settled_once / "config"),
        "LOG": str(tmp_path / "log.jsonl"),
    }

    def run(region: Path, month: str) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPT), str(region), month]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def test_the_month_is_settled_verified_and_proven_and_a_second_run_changes_nothing(
    settled: Path, tmp_path: Path, month_end: object
) -> None:
    first = month_end(settled, "2024-05")  # type: ignore[operator]
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.count("\n") == 1
    assert "balanced to the fen" in first.stdout
    before = published(settled)
    assert month_end(settled, "2024-05").returncode == 0  # type: ignore[operator]
    assert published(settled) == before
    lines = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()
    assert all({"level", "message"} <= set(json.loads(line)) for line in lines)


def test_what_goes_wrong_is_the_line_and_the_exit_code(settled: Path, month_end: object) -> None:
    (settled / "discharges/2024.csv").write_text("settlement_id\n", "utf-8")
    ended = month_end(settled, "2024-05")  # type: ignore[operator]
    assert ended.returncode == 3
    assert ended.stdout.count("\n") == 1
    assert "no column for person_id" in ended.stdout
