"""examples/README.md, walked through: every command of its blocks run as it stands there, in its order."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from drgcalc.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
MONTHS = [f"2024-{number:02}" for number in range(1, 13)]


@dataclass
class Walked:
    """The region after the walk; what every command printed, and the hashes of a version's files at its closing."""

    region: Path
    said: dict[str, str] = field(default_factory=dict)
    at_closing: dict[str, dict[str, str]] = field(default_factory=dict)


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a document's blocks, as words."""
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            for command in line.partition(" # ")[0].split(" && "):
                yield shlex.split(command)


def walk(folder: Path) -> Walked:
    """Copy the examples to `folder` and do there what their README says. Fails at the first command that fails."""
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("out", "calibration", "__pycache__"))
    walked, place = Walked(folder / "my-year"), folder
    environment = {**os.environ, "PATH": f"{_program(folder)}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for words in commands((EXAMPLES / "README.md").read_text(encoding="utf-8")):
        said = " ".join(words)
        if words[0] == "cd":
            place = place / words[1]
        elif words[0] == "drgcalc":
            code, walked.said[said] = _drgcalc(words[1:], place)
            assert code == 0, f"{said}: {code}\n{walked.said[said]}"
        else:
            ended = subprocess.run(words, cwd=place, env=environment, capture_output=True, text=True, check=False)
            walked.said[said] = ended.stdout + ended.stderr
            assert ended.returncode == 0, f"{said}: {walked.said[said]}"
        if words[:2] == ["drgcalc", "close"]:
            walked.at_closing[words[2]] = hashes(newest(place, words[2]))
    return walked


def newest(region: Path, period: str) -> Path:
    """The newest version of a period."""
    return max((region / "out" / period).glob("v*"), key=lambda path: int(path.name[1:]))


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _drgcalc(words: list[str], place: Path) -> tuple[int, str]:
    """One command line in this process, at a terminal of 80 columns: starting Python every time takes too long."""
    out, columns = io.StringIO(), os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with contextlib.chdir(place), contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
            code = main(words)
    finally:
        if columns is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = columns
    return code, out.getvalue() if code == 0 else err.getvalue()


def _program(folder: Path) -> Path:
    """A folder with `drgcalc` in it, as an installation has it."""
    program = folder / "bin" / "drgcalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m drgcalc "$@"\n')
    program.chmod(0o755)
    return program.parent
