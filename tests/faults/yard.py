"""Where runs are killed and refused: a region, what stood in it before, and what an undisturbed run makes of it.

The program runs in forked children of this process, which has loaded its libraries and used none of them.
Records are grouped in many small parts, so that every run has finished some and not others.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from arms import arm_never
from disk import SmallDisk

import drgcalc.report.terminal
import drgcalc.run.check
import drgcalc.run.group
import drgcalc.run.settle
import drgcalc.run.verify  # loaded once, used in the children
from drgcalc.cli.main import main
from drgcalc.records.intake import Intake
from drgcalc.run.init import init
from drgcalc.run.intake import make_intake

Arm = Callable[[], Any]

ROWS_PER_PART = 20
SALT = '[salt]\nfile = "town.salt"\n[inputs]'


class Ended(NamedTuple):
    """How a child ended: its exit code (negative: the signal), and what it said."""

    code: int
    said: str


class Fault(NamedTuple):
    """What a run meets: what the run arms itself with, the seconds after which it is killed, the octets that are free.

    label: what it is counted as.
    """

    case: str
    label: str
    command: str
    arm: Arm = lambda: None
    seconds: float | None = None
    room: int | None = None


class Step(NamedTuple):
    """One thing that an undisturbed run of a command asks of the file system."""

    command: str
    number: int
    about: str

    def __str__(self) -> str:
        return f"{self.command} step {self.number} ({self.about})"


class BrokenError(AssertionError):
    """A fault left something behind that it must not."""


class Yard:
    """A region with a published year and changed records, and what an undisturbed run makes of it.

    place: the folder in which runs write, `work` unless there is a disk.
    """

    def __init__(self, work: Path, disk: SmallDisk | None = None) -> None:
        drgcalc.run.group.make_intake = _in_small_parts
        self.work, self.disk = work, disk
        self.place = disk.place if disk else work
        (self.place / "tmp").mkdir()
        self.base = work / "base"
        init(self.base)
        (self.base / "town.salt").write_bytes(bytes(range(64)))
        settings = self.base / "region.toml"
        settings.write_text(settings.read_text("utf-8").replace("[inputs]", SALT, 1), "utf-8")
        self.expect(self.run(self.base, Fault("", "", "settle")), 0)
        records = self.base / "discharges/2024.csv"
        lines = records.read_text("utf-8-sig").splitlines(keepends=True)
        records.write_text("".join(lines[:-3]), "utf-8")
        self.before = tree(self.base)
        done = self.copy("done")
        start = time.monotonic()
        self.expect(self.run(done, Fault("", "", "settle")), 0)
        self.seconds = time.monotonic() - start
        self.after = tree(done)
        shutil.rmtree(done)

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.base, self.place / name))

    def run(self, region: Path, fault: Fault, *options: str) -> Ended:
        """Run a fault's command on a region in a child that meets the fault."""
        log = self.work / "said.txt"
        words = [*_words(fault.command), "--region", str(region), "--quiet", *options]
        with self.disk.room(fault.room) if self.disk and fault.room is not None else nullcontext():
            child = os.fork()
            if not child:
                _be_child(self.place / "tmp", log, words, fault.arm)
            if fault.seconds is not None:
                time.sleep(fault.seconds)
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        return Ended(os.waitstatus_to_exitcode(status), log.read_text("utf-8"))

    def steps(self, command: str) -> list[Step]:
        """What an undisturbed run asks of the file system, in order."""
        region, told = self.copy("trial"), self.work / "steps.json"
        child = os.fork()
        if not child:
            _prepare_child(self.place / "tmp", self.work / "said.txt")
            asked = arm_never()
            main([*_words(command), "--region", str(region), "--quiet"])
            told.write_text(json.dumps(asked[:], ensure_ascii=False))
            os._exit(0)
        os.waitpid(child, 0)
        shutil.rmtree(region)
        names = [name.replace(f"{region}/", "") for name in json.loads(told.read_text("utf-8"))]
        return [Step(command, number, name) for number, name in enumerate(names, start=1)]

    def expect(self, ended: Ended, code: int) -> None:
        if ended.code != code:
            raise BrokenError(f"exit {ended.code} instead of {code}: {ended.said}")

    def check_standing(self, region: Path, case: str) -> None:
        """What stood before still stands, and what is new is whole."""
        found = tree(region)
        for name, digest in self.before.items():
            if found.get(name) != digest:
                raise BrokenError(f"{case}: {name} has changed or is gone")
        for manifest in (region / "out").glob("**/v*/manifest.json"):
            _must_be_whole(manifest.parent, case)
        halves = [path for path in (region / "out").glob("**/v*") if not (path / "manifest.json").is_file()]
        if halves:
            raise BrokenError(f"{case}: {halves} have no manifest")

    def check_repaired(self, region: Path, case: str) -> int:
        """An undisturbed run ends as it always does; gives how many records it took over."""
        ended = self.run(region, Fault("", "", "settle"), "--json")
        self.expect(ended, 0)
        if (now := tree(region)) != self.after:
            raise BrokenError(f"{case}: {sorted(set(now.items()) ^ set(self.after.items()))} differ afterwards")
        return int(json.loads(ended.said)["grouping"]["taken_over"])

    def check_tidy(self, region: Path, case: str) -> None:
        """The next run that needs a place for temporary files removes what nobody holds."""
        if self._left_in_tmp():
            self.expect(self.run(region, Fault("", "", "check")), 0)
            if left := self._left_in_tmp():
                raise BrokenError(f"{case}: {left} stay in the place for temporary files")

    def _left_in_tmp(self) -> list[str]:
        return sorted(path.name for path in (self.place / "tmp").glob("drgcalc-*/work-*"))


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the lock, by path."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _in_small_parts(*given: Any, **options: Any) -> Intake:
    return replace(make_intake(*given, **options), rows_per_part=ROWS_PER_PART)


def _words(command: str) -> list[str]:
    return [command, "2024"] if command == "verify" else [command, "--year", "2024"]


def _be_child(tmp: Path, log: Path, words: list[str], arm: Arm) -> None:
    _prepare_child(tmp, log)
    arm()
    code = 1
    try:
        code = main(words)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(int(code))


def _prepare_child(tmp: Path, log: Path) -> None:
    tempfile.tempdir = str(tmp)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)


def _must_be_whole(version: Path, case: str) -> None:
    outputs = json.loads((version / "manifest.json").read_text("utf-8"))["outputs"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in version.iterdir()}
    del found["manifest.json"]
    if found != outputs:
        raise BrokenError(f"{case}: {version} is not what its manifest says")
