"""Runs that are killed, starved of space or refused by the system: nothing half-written, and the next run repairs.

The program runs in forked children of this process, which has loaded its libraries and used none of them. A child is
killed at the n-th thing it asks of the file system, or after a time; or that thing fails with an error of the system.
Records are grouped in many small parts, so that every run has finished some and not others.
"""

from __future__ import annotations

import builtins
import errno
import hashlib
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import drgcalc.report.terminal
import drgcalc.run.check
import drgcalc.run.group
import drgcalc.run.settle
import drgcalc.run.verify  # loaded once, used in the children
from drgcalc.cli.main import main
from drgcalc.records.intake import Intake
from drgcalc.run.init import init
from drgcalc.run.intake import make_intake

Arm = Callable[[], None]
Outcome = Counter[str]

ASKED = ("rename", "replace", "link", "fsync", "mkdir", "rmdir", "unlink", "open")
"""Functions of os that a run uses to change files; `open` of io is counted with them."""
ERRORS = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT)
TOLD_EXITS = {0, 3, 4, 6}
COMMANDS = ("settle", "settle", "settle", "group", "check", "verify")
ROWS_PER_PART = 10
PART = ".part"
"""How the files end that say what a finished part yielded."""
SALT = '[salt]\nfile = "town.salt"\n[inputs]'


class Ended(NamedTuple):
    """How a child ended: its exit code (negative: the signal), and what it said."""

    code: int
    said: str


class Fault(NamedTuple):
    """What a run meets: what the run arms itself with, or the seconds after which it is killed."""

    case: str
    kind: str
    command: str
    arm: Arm
    seconds: float | None = None


class Trial(NamedTuple):
    """How the runs of a row ended, and how many records the undisturbed run behind them took over."""

    ends: list[Ended]
    taken_over: int


class BrokenError(AssertionError):
    """A fault left something behind that it must not."""


class Yard:
    """A region with a published year and changed records, and what an undisturbed run makes of it."""

    def __init__(self, work: Path) -> None:
        drgcalc.run.group.make_intake = _in_small_parts
        self.work = work
        self.base = work / "base"
        init(self.base)
        (self.base / "town.salt").write_bytes(bytes(range(64)))
        settings = self.base / "region.toml"
        settings.write_text(settings.read_text("utf-8").replace("[inputs]", SALT, 1), "utf-8")
        self.expect(self.run(self.base, ["settle", "--year", "2024"]), 0)
        records = self.base / "discharges/2024.csv"
        lines = records.read_text("utf-8-sig").splitlines(keepends=True)
        records.write_text("".join(lines[:-3]), "utf-8")
        self.before = tree(self.base)
        done = self.copy("done")
        start = time.monotonic()
        self.expect(self.run(done, ["settle", "--year", "2024"]), 0)
        self.seconds = time.monotonic() - start
        self.after = tree(done)
        shutil.rmtree(done)

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.base, self.work / name))

    def run(self, region: Path, command: list[str], arm: Arm = lambda: None, seconds: float | None = None) -> Ended:
        """Run a command on a region in a child, killed after `seconds`."""
        log = self.work / "said.txt"
        child = os.fork()
        if not child:
            _be_child(self.work / "tmp", log, [*command, "--region", str(region), "--quiet"], arm)
        if seconds is not None:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return Ended(os.waitstatus_to_exitcode(status), log.read_text("utf-8"))

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
        ended = self.run(region, ["settle", "--year", "2024", "--json"])
        self.expect(ended, 0)
        if (now := tree(region)) != self.after:
            raise BrokenError(f"{case}: {sorted(set(now.items()) ^ set(self.after.items()))} differ afterwards")
        return int(json.loads(ended.said)["grouping"]["taken_over"])

    def left_in_tmp(self) -> list[str]:
        """Temporary folders that nobody holds: the next run that needs one removes them."""
        return sorted(path.name for path in (self.work / "tmp").glob("drgcalc-*/work-*"))


def _in_small_parts(*given: Any, **options: Any) -> Intake:
    return replace(make_intake(*given, **options), rows_per_part=ROWS_PER_PART)


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the lock, by path."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def try_kills(count: int, seed: int, work: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Kill `count` runs, up to three in a row on one region. BrokenError when anything is lost.

    The first of a row dies at a step of its own, until every step of each command has been one; those that follow
    find what it left, and die at any step or any time. Runs that end before they are killed are not counted.
    """
    yard, chance, outcome = Yard(work), random.Random(seed), Counter[str]()
    steps = {command: _count_steps(yard, command) for command in dict.fromkeys(COMMANDS)}
    say(f"steps: {steps}; an undisturbed settle takes {yard.seconds:.1f} s")
    places = [(command, step) for command, whole in steps.items() for step in range(1, whole + 1)]
    chance.shuffle(places)
    killed = told = 0
    while killed < count:
        first = _kill_at(*places.pop()) if places else _any_kill(yard, steps, chance)
        row = [first, *(_any_kill(yard, steps, chance) for _ in range(chance.randint(0, min(2, count - killed - 1))))]
        trial = _trial(yard, row)
        outcome["next runs that took over finished parts"] += bool(trial.taken_over)
        for fault, ended in zip(row, trial.ends, strict=True):
            if ended.code not in (-signal.SIGKILL, 0):
                raise BrokenError(f"{fault.case}: exit {ended.code}: {ended.said}")
            how = "at a time" if fault.seconds is not None else "at a step"
            outcome[f"{how}: {'killed' if ended.code else 'had ended'}"] += 1
            killed += bool(ended.code)
        if killed - told >= 50:
            told = killed
            say(f"{killed} kills: {dict(outcome)}, {len(places)} steps are left")
    outcome["steps at which no first run died"] = len(places)
    return outcome


def try_refusals(count: int, seed: int, work: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Let `count` runs meet errors of the system or files that may not grow: each ends with a message, not as a bug."""
    yard, chance, outcome = Yard(work), random.Random(seed), Counter[str]()
    steps = {command: _count_steps(yard, command) for command in dict.fromkeys(COMMANDS)}
    while outcome.total() < count:
        row = [_any_refusal(steps, chance) for _ in range(chance.randint(1, min(3, count - outcome.total())))]
        for fault, ended in zip(row, _trial(yard, row).ends, strict=True):
            if ended.code not in TOLD_EXITS:
                raise BrokenError(f"{fault.case}: exit {ended.code}: {ended.said}")
            if ended.code and "hint:" not in ended.said:
                raise BrokenError(f"{fault.case}: no hint: {ended.said}")
            outcome[f"{fault.kind}: exit {ended.code}"] += 1
            if outcome.total() % 50 == 0:
                say(f"{outcome.total()} refusals: {dict(outcome)}")
    return outcome


def try_restarts(count: int, seed: int, work: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Kill `count` runs in the middle of grouping, up to three in a row: the next goes on behind what they finished."""
    yard, chance, outcome = Yard(work), random.Random(seed), Counter[str]()
    while outcome["killed"] < count:
        most = min(3, count - outcome["killed"])
        row = [_kill_between_parts(chance) for _ in range(chance.randint(1, most))]
        trial = _trial(yard, row)
        for fault, ended in zip(row, trial.ends, strict=True):
            if ended.code not in (-signal.SIGKILL, 0):
                raise BrokenError(f"{fault.case}: exit {ended.code}: {ended.said}")
            outcome["killed" if ended.code else "had ended"] += 1
        if trial.ends[-1].code and not trial.taken_over:
            raise BrokenError(f"{row[-1].case}: nothing was taken over")
        outcome["records taken over"] += trial.taken_over
        say(f"{dict(outcome)}")
    return outcome


def _kill_between_parts(chance: random.Random) -> Fault:
    command, parts = chance.choice(["settle", "group"]), chance.randint(1, 3)
    return Fault(f"{command} behind {parts} parts", "kill", command, lambda: _arm_parts(parts + 1))


def _kill_at(command: str, step: int) -> Fault:
    return Fault(f"{command} step {step}", "kill", command, lambda: _arm(step, _die))


def _any_kill(yard: Yard, steps: dict[str, int], chance: random.Random) -> Fault:
    command = chance.choice(COMMANDS)
    if chance.random() < 0.5:
        return _kill_at(command, chance.randint(1, steps[command]))
    seconds = chance.uniform(0, 1.2 * yard.seconds)
    return Fault(f"{command} after {seconds:.3f} s", "kill", command, lambda: None, seconds)


def _any_refusal(steps: dict[str, int], chance: random.Random) -> Fault:
    command = chance.choice(COMMANDS)
    if chance.random() < 0.3:
        size = chance.choice([4000, 10_000, 50_000, 200_000])  # what the run says must fit
        return Fault(f"{command}, files of {size} bytes", "small files", command, lambda: _limit_files(size))
    step, code = chance.randint(1, steps[command]), chance.choice(ERRORS)
    name = errno.errorcode[code]
    return Fault(f"{command}, {name} at step {step}", name, command, lambda: _arm(step, lambda: _refuse(code)))


def _trial(yard: Yard, row: Sequence[Fault]) -> Trial:
    """How runs end that meet these faults one after the other in one region, which is looked at after each."""
    region, ends = yard.copy("trial"), []
    case = ", then ".join(fault.case for fault in row)
    try:
        for fault in row:
            ends.append(yard.run(region, _words(fault.command), fault.arm, fault.seconds))
            yard.check_standing(region, case)
        taken_over = yard.check_repaired(region, case)
        if yard.left_in_tmp():
            yard.expect(yard.run(region, _words("check")), 0)
            if left := yard.left_in_tmp():
                raise BrokenError(f"{case}: {left} stay in the place for temporary files")
        return Trial(ends, taken_over)
    finally:
        shutil.rmtree(region, ignore_errors=True)


def _words(command: str) -> list[str]:
    return [command, "2024"] if command == "verify" else [command, "--year", "2024"]


def _count_steps(yard: Yard, command: str) -> int:
    """How often an undisturbed run asks the file system for something that counts."""
    region, told = yard.copy("trial"), yard.work / "steps.txt"
    child = os.fork()
    if not child:
        _prepare_child(yard.work / "tmp", yard.work / "said.txt")
        counted = _arm(sys.maxsize, lambda: None)
        main([*_words(command), "--region", str(region), "--quiet"])
        told.write_text(str(counted["steps"] - 1))
        os._exit(0)
    os.waitpid(child, 0)
    shutil.rmtree(region)
    return int(told.read_text())


def _arm(at: int, act: Callable[[], Any]) -> dict[str, int]:
    """Count what the program asks of the file system, and act at the `at`-th time, before it is done."""
    counted = {"steps": 0}

    def watched(whole: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **options: Any) -> Any:
            counted["steps"] += 1
            if counted["steps"] == at:
                act()
            return whole(*args, **options)

        return asked

    for name in ASKED:
        setattr(os, name, watched(getattr(os, name)))
    io.open = builtins.open = watched(io.open)  # type: ignore[assignment]
    return counted


def _arm_parts(at: int) -> None:
    """Die when the `at`-th part that this run groups is about to be kept; its cases are written by then."""
    whole, counted = io.open, {"parts": 0}

    def opened(file: Any, mode: str = "r", *others: Any, **options: Any) -> Any:
        counted["parts"] += str(file).endswith(PART) and "w" in mode
        if counted["parts"] == at:
            _die()
        return whole(file, mode, *others, **options)

    io.open = builtins.open = opened  # type: ignore[assignment]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse(code: int) -> None:
    raise OSError(code, os.strerror(code))


def _limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


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
    tmp.mkdir(exist_ok=True)
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
