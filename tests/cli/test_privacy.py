"""What stands in records gets into no log, error message or report of a bug, beyond the ids of records."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import Run

from drgcalc.base.errors import OutputError
from drgcalc.run.kept import Kept

PERSON = "440299193711290017"
CELLS = {"出生日期": "1937-11-31", "性别": "示例甲", "诊断编码": "K80.101|Ｉ10.x00示例乙", "总费用": "7733１.57示例丙"}
SECRET = (PERSON, *CELLS.values())
COMMANDS = (
    ("check", "--year", "2024"),
    ("group", "--year", "2024"),
    ("settle", "--year", "2024", "--dry-run"),
    ("settle", "--year", "2024", "--strict"),
    ("settle", "--year", "2024"),
    ("verify", "2024"),
    ("explain", "S00002", "--year", "2024"),
    ("explain", "S00099", "--year", "2024"),
    ("prove", "2024"),
)


@pytest.fixture
def spoilt(region: Path) -> Path:
    """The template's region; one person bears an id of its own, and a cell each of four records cannot be read."""
    path = region / "discharges/2024.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    for place, (header, cell) in enumerate(CELLS.items()):
        records[place][header] = cell
    for record in records[:6]:
        record["人员编号"] = PERSON
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    return region


def shown(text: str) -> list[str]:
    return [cell for cell in SECRET if cell in text]


def test_logs_of_all_commands_hold_nothing_of_records(run: Run, spoilt: Path) -> None:
    for command, *words in COMMANDS:
        for form in ("json", "text"):
            ended = run(command, *words, "--region", spoilt, "--log-format", form)
            assert ended.code in (0, 2, 3), (command, ended.err)
            assert shown(ended.err) == [], command


def test_an_interrupted_run_that_keeps_parts_tells_nothing_of_them(
    run: Run, spoilt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Kept.add

    def full(kept: Kept, *given: object) -> None:
        whole(kept, *given)  # type: ignore[arg-type]
        raise OutputError("the disk is full", hint="make space")

    monkeypatch.setattr(Kept, "add", full)
    ended = run("group", "--year", "2024", "--region", spoilt, "--log-format", "json")
    assert ended.code == 6
    assert "are grouped and kept" in ended.err
    assert shown(ended.out + ended.err) == []


@pytest.mark.parametrize("kind", ["quote", "columns", "encoding", "parquet"])
def test_files_that_cannot_be_read_are_not_quoted(kind: str, run: Run, spoilt: Path) -> None:
    path = spoilt / "discharges/2024.csv"
    content = path.read_bytes()
    row = content.index(PERSON.encode())
    match kind:
        case "quote":
            path.write_bytes(content[:row] + b'"' + content[row:])
        case "columns":
            path.write_bytes(content[:row] + b",,,," + content[row:])
        case "encoding":
            path.write_bytes(content[:row] + b"\xff\xfe\xff" + content[row:])
        case _:
            path.unlink()
            pq.write_table(pa.table({"结算ID": ["S1"], "人员编号": [PERSON]}), path.with_suffix(".parquet"))
    ended = run("check", "--year", "2024", "--region", spoilt, "--log-format", "json")
    assert ended.code == 3
    assert shown(ended.out + ended.err) == []


def test_a_bug_does_not_quote_what_it_stumbled_over() -> None:
    code = f"""
import sys
from drgcalc.cli import main, region_commands
region_commands.choose_period = lambda *_: int({PERSON + "示例甲"!r})
sys.argv = ["drgcalc", "settle", "--year", "2024"]
sys.exit(main())
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "drgcalc has a bug: ValueError in " in ended.stderr
    assert shown(ended.stdout + ended.stderr) == []
