"""Runs that are killed, starved of space or refused by the system: nothing half-written, and the next run repairs.

A run is killed at the n-th thing it asks of the file system, or after a time; or that thing fails with an error of
the system; or the disk is full after some octets.
"""

from __future__ import annotations

import errno
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from arms import arm, arm_parts, die, limit_files, refuse
from disk import small_disk
from yard import BrokenError, Ended, Fault, Step, Yard

Outcome = Counter[str]
Say = Callable[[str], None]

ERRORS = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT)
TOLD_EXITS = {0, 3, 4, 6}
COMMANDS = ("settle", "settle", "settle", "group", "check", "verify")
IN_A_ROW = 4
"""Runs at most that meet a fault before one is left in peace."""
MOST_BROKEN = 10
PLACES = {"/.kept-": "while parts are kept", "/findings_priced.csv": "at findings_priced.csv"}
"""Steps that are counted apart, by what stands in their file's path."""


class Trial(NamedTuple):
    """How the runs of a row ended, and how many records the undisturbed run behind them took over."""

    ends: list[Ended]
    taken_over: int


def try_kills(count: int, seed: int, work: Path, say: Say) -> Outcome:
    """Kill `count` runs, some in a row on one region, and look whether anything is lost: that is told and counted.

    The first of a row dies at a step of its own, until every step of each command has been one; those that follow
    find what it left, and die at any step or any time. Runs that end before they are killed are not counted.
    """
    yard, chance, outcome = Yard(work), random.Random(seed), Counter[str]()
    steps = _steps(yard, say)
    places = list(chain.from_iterable(steps.values()))
    chance.shuffle(places)
    killed = told = 0
    while killed < count and outcome["broken"] < MOST_BROKEN:
        first = _kill_at(places.pop()) if places else _any_kill(yard, steps, chance)
        more = chance.randrange(min(IN_A_ROW, count - killed))
        row = [first, *(_any_kill(yard, steps, chance) for _ in range(more))]
        for label, times in _tried(yard, row, _must_be_killed, say).items():
            outcome[label] += times
            killed += times * label.endswith(": killed")
        if killed - told >= 50:
            told = killed
            say(f"{killed} kills: {dict(outcome)}, {len(places)} steps are left")
    outcome["steps at which no first run died"] = len(places)
    return outcome


def try_refusals(count: int, seed: int, work: Path, say: Say) -> Outcome:
    """Let `count` runs meet errors of the system, limits on files or a full disk: each ends with a message."""
    (work / "disk").mkdir()
    with small_disk(work / "disk") as disk:
        say("a full disk is among them" if disk else "this system allows no disk of our own: none is full")
        return _refusals(Yard(work, disk), count, random.Random(seed), say)


def _refusals(yard: Yard, count: int, chance: random.Random, say: Say) -> Outcome:
    steps, needed, outcome = _steps(yard, say), _octets_needed(yard), Counter[str]()
    tried = told = 0
    while tried < count and outcome["broken"] < MOST_BROKEN:
        most = min(IN_A_ROW, count - tried)
        row = [_any_refusal(yard, steps, needed, chance) for _ in range(chance.randint(1, most))]
        outcome.update(_tried(yard, row, _must_be_told, say))
        tried += len(row)
        if tried - told >= 50:
            told = tried
            say(f"{tried} refusals: {dict(outcome)}")
    return outcome


def try_restarts(count: int, seed: int, work: Path, say: Say) -> Outcome:
    """Kill `count` runs in the middle of grouping, some in a row: the next goes on behind what they finished."""
    yard, chance, outcome = Yard(work), random.Random(seed), Counter[str]()
    while outcome["killed"] < count:
        most = min(3, count - outcome["killed"])
        row = [_kill_between_parts(chance) for _ in range(chance.randint(1, most))]
        trial = _trial(yard, row)
        for fault, ended in zip(row, trial.ends, strict=True):
            _must_be_killed(fault, ended)
            outcome["killed" if ended.code else "had ended"] += 1
        if trial.ends[-1].code and not trial.taken_over:
            raise BrokenError(f"{row[-1].case}: nothing was taken over")
        outcome["records taken over"] += trial.taken_over
        say(f"{dict(outcome)}")
    return outcome


def _tried(yard: Yard, row: Sequence[Fault], must: Callable[[Fault, Ended], str], say: Say) -> Outcome:
    """What became of the runs of a row; one that broke a rule is told, and the row counts as broken."""
    try:
        trial = _trial(yard, row)
        outcome = Counter(f"{fault.label}: {must(fault, ended)}" for fault, ended in zip(row, trial.ends, strict=True))
    except BrokenError as error:
        say(f"BROKEN: {error}")
        return Counter(broken=1)
    if trial.taken_over:
        outcome["rows behind which finished parts were taken over"] = 1
    return outcome


def _must_be_killed(fault: Fault, ended: Ended) -> str:
    if ended.code not in (-signal.SIGKILL, 0):
        raise BrokenError(f"{fault.case}: exit {ended.code}: {ended.said}")
    return "killed" if ended.code else "had ended"


def _must_be_told(fault: Fault, ended: Ended) -> str:
    if ended.code not in TOLD_EXITS:
        raise BrokenError(f"{fault.case}: exit {ended.code}: {ended.said}")
    if ended.code and "hint:" not in ended.said:
        raise BrokenError(f"{fault.case}: no hint: {ended.said}")
    return f"exit {ended.code}"


def _trial(yard: Yard, row: Sequence[Fault]) -> Trial:
    """How runs end that meet these faults one after the other in one region, which is looked at after each."""
    region, ends = yard.copy("trial"), []
    case = ", then ".join(fault.case for fault in row)
    try:
        for fault in row:
            ends.append(yard.run(region, fault))
            yard.check_standing(region, case)
        taken_over = yard.check_repaired(region, case)
        yard.check_tidy(region, case)
        return Trial(ends, taken_over)
    finally:
        shutil.rmtree(region, ignore_errors=True)


def _steps(yard: Yard, say: Say) -> dict[str, list[Step]]:
    found = {command: yard.steps(command) for command in dict.fromkeys(COMMANDS)}
    counts = Counter(_labelled(step) for step in chain.from_iterable(found.values()))
    say(f"steps: { ({command: len(steps) for command, steps in found.items()}) }, {dict(counts)}")
    say(f"an undisturbed settle takes {yard.seconds:.1f} s")
    return found


def _labelled(step: Step) -> str:
    apart = (label for mark, label in PLACES.items() if mark in step.about)
    return next(apart, "at a step")


def _octets_needed(yard: Yard) -> int:
    """Octets that an undisturbed settlement leaves on the disk."""
    if not yard.disk:
        return 0
    region = yard.copy("trial")
    before = yard.disk.used()
    yard.expect(yard.run(region, Fault("", "", "settle")), 0)
    needed = yard.disk.used() - before
    shutil.rmtree(region)
    return needed


def _kill_at(step: Step) -> Fault:
    return Fault(str(step), _labelled(step), step.command, partial(arm, step.number, die))


def _kill_between_parts(chance: random.Random) -> Fault:
    command, parts = chance.choice(["settle", "group"]), chance.randint(1, 2)
    return Fault(f"{command} behind {parts} parts", "kill", command, partial(arm_parts, parts + 1))


def _any_kill(yard: Yard, steps: dict[str, list[Step]], chance: random.Random) -> Fault:
    command = chance.choice(COMMANDS)
    if chance.random() < 0.5:
        return _kill_at(chance.choice(steps[command]))
    seconds = chance.uniform(0, yard.seconds)
    return Fault(f"{command} after {seconds:.3f} s", "at a time", command, seconds=seconds)


def _any_refusal(yard: Yard, steps: dict[str, list[Step]], needed: int, chance: random.Random) -> Fault:
    command, kind = chance.choice(COMMANDS), chance.random()
    if yard.disk and kind < 0.3:
        room = chance.randint(0, needed)
        return Fault(f"{command}, {room} octets are free", "full disk", command, room=room)
    if kind < 0.5:
        size = chance.choice([4000, 10_000, 50_000, 200_000])  # what the run says must fit
        return Fault(f"{command}, files of {size} octets", "small files", command, partial(limit_files, size))
    step, code = chance.choice(steps[command]), chance.choice(ERRORS)
    name = errno.errorcode[code]
    return Fault(
        f"{name} at {step}", f"{name} {_labelled(step)}", command, partial(arm, step.number, partial(refuse, code))
    )
