"""What a clerk reads: one whole line a command, and after a result what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Run
from rich.cells import cell_len


@pytest.mark.parametrize("group", [(), ("tables",), ("calibrate",), ("policy",)], ids=" ".join)
def test_every_command_is_said_in_one_whole_line_at_80_columns(run: Run, group: tuple[str, ...]) -> None:
    lines = run(*group, "--help").out.splitlines()
    listed = lines[lines.index("Commands:") + 1 :]
    assert listed
    assert all(line.endswith(".") and not line.endswith("...") and cell_len(line) <= 80 for line in listed)


def test_check_history_and_diff_say_what_it_means_and_what_to_do_next(run: Run, settled: Path) -> None:
    assert "next: mend the" in run("check", "--region", settled, "--year", "2024").err
    scores = next(iter(sorted((settled / "scores").glob("*.csv"))))
    scores.write_text(scores.read_text(encoding="utf-8").replace("BR25,1095,", "BR25,1195,"), encoding="utf-8")
    assert run("settle", "--region", settled, "--year", "2024").code == 0
    assert "next: drgcalc diff 2024/v1 2024/v2" in run("history", "2024", "--region", settled).err
    ended = run("diff", "2024/v1", "2024/v2", "--region", settled)
    assert "1 row in: BR25,1195," in ended.out
    assert "parameter: " in ended.out
    assert max(map(cell_len, ended.out.splitlines())) <= 80
