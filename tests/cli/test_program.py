"""The program as a process: speed of --help, bugs, closed pipes, interrupts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "drgcalc"]
HEAVY = ("polars", "duckdb", "pyarrow", "rich", "fastexcel")
COMMANDS = ("init", "check", "group", "settle", "explain", "verify", "policy", "tables")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_help_takes_less_than_three_tenths_of_a_second() -> None:
    """Of processor time: the clock says more about what else the machine is doing."""

    def seconds() -> float:
        before = os.times()
        subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(seconds() for _ in range(5)) < 0.3


@pytest.mark.parametrize("command", ["", *COMMANDS, "policy show", "tables list", "tables import"])
def test_help_loads_no_heavy_library(command: str) -> None:
    code = f"""
import sys
from drgcalc.cli import main
assert main({[*command.split(), "--help"]!r}) == 0
print("LOADED", [name for name in {HEAVY!r} if name in sys.modules])
"""
    assert python(code).stdout.splitlines()[-1] == "LOADED []"


def test_help_names_every_command() -> None:
    text = subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True, text=True).stdout
    assert [command for command in COMMANDS if f"  {command} " not in text] == []


BUG = """
import sys
from drgcalc.cli import main, region_commands
region_commands.choose_period = lambda *_: 1 / 0
sys.argv = ["drgcalc", "settle", "--year", "2024"]
sys.exit(main())
"""


def test_a_bug_ends_with_1_and_asks_to_be_reported() -> None:
    ended = python(BUG)
    assert ended.returncode == 1
    assert "drgcalc has a bug: ZeroDivisionError" in ended.stderr
    assert "report it" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_bug_shows_its_traceback_when_asked() -> None:
    assert "Traceback" in python(BUG, DRGCALC_DEBUG="1").stderr


@pytest.mark.parametrize("options", [["--json"], []])
def test_a_closed_pipe_is_no_bug(options: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [*PROGRAM, "tables", "list", *options], stdout=writer, stderr=subprocess.PIPE, check=False, text=True
    )
    os.close(writer)
    assert ended.returncode == 6
    assert ended.stderr == ""


def test_an_unknown_option_is_a_usage_error() -> None:
    assert subprocess.run([*PROGRAM, "settle", "--colour"], check=False, capture_output=True).returncode == 2


def test_a_console_of_another_encoding_stops_nothing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*PROGRAM, "tables", "--help"],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ended.returncode == 0


INTERRUPTED = """
import os, signal, sys
from drgcalc.cli import main
from drgcalc.run import part_work
part_work.case_table = lambda *_: os.kill(os.getpid(), signal.SIGINT)
sys.exit(main())
"""


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    subprocess.run([*PROGRAM, "init", tmp_path / "region"], check=True, capture_output=True)
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "settle", "--region", tmp_path / "region", "--year", "2024"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert ended.returncode == 130
    assert "interrupted" in ended.stderr
    assert [path.name for path in (tmp_path / "region/out").rglob("*")] == [".lock"]
