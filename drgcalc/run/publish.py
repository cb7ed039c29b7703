"""Publishing into out/<period>/v<N>/: all of it or nothing, one run at a time, and never a new version without news.

A draft is a hidden sibling folder (.v<N>.partial-<pid>) that is written, synced and then renamed. Whoever holds the
lock out/.lock owns every draft under out/; drafts that a killed run left behind are removed by the next one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drgcalc.base.errors import OutputError
from drgcalc.run.manifest import (
    MANIFEST,
    Manifest,
    file_hash,
    is_sealed,
    read_manifest,
    same_results,
    write_manifest,
)

LOCK = ".lock"
CLOSED = "closed.json"

_VERSION = re.compile(r"v(\d+)")
_DRAFT = re.compile(r"\.(v\d+|work)\.partial-\w+")


@dataclass(frozen=True)
class Published:
    """Where results stand. `unchanged`: this version was there already, with the same inputs and outputs."""

    period: str
    version: int
    unchanged: bool
    folder: Path


@dataclass(frozen=True)
class Draft:
    """A folder to write results into before they are published."""

    out: Path
    period: str
    version: int
    folder: Path

    def publish(self, manifest: Manifest) -> Published:
        """Make the draft the newest version of its period, unless the newest version says the same already."""
        newest = latest(self.out, self.period)
        if newest is not None and _still_says(newest, manifest):
            return Published(self.period, int(newest.name[1:]), True, newest)
        with output_errors(self.folder.parent):
            write_manifest(self.folder, manifest)
            for file in sorted(self.folder.iterdir()):
                _sync(file)
            _sync(self.folder)
            target = self.folder.parent / f"v{self.version}"
            self.folder.rename(target)
            for folder in (target.parent, self.out):
                _sync(folder)
        return Published(self.period, self.version, False, target)


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Hold `out` for this process. Raises OutputError when another run holds it or the folder cannot be written.

    The lock is the kernel's: it ends with its process, so the file of a dead run never stands in the way.
    """
    with output_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        file = (out / LOCK).open("a+", encoding="ascii")
    with file:
        _take(file, out)
        for leftover in _drafts(out):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextmanager
def draft(out: Path, period: str) -> Iterator[Draft]:
    """An empty draft of the next version of `period`, gone afterwards unless published; the caller holds the lock.

    Raises OutputError when the period is closed or the folder cannot be written.
    """
    folder = out / period
    if (folder / CLOSED).exists():
        raise OutputError(
            f"{period} is closed (扎账): {folder / CLOSED} exists",
            hint="post the difference in the open period instead",
        )
    version = max(versions(out, period), default=0) + 1
    partial = folder / f".v{version}.partial-{os.getpid()}"
    with output_errors(folder):
        partial.mkdir(parents=True)
    try:
        yield Draft(out, period, version, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        _remove_if_empty(folder, out)


@contextmanager
def output_errors(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write under `folder` into OutputErrors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                f"the disk is full: {folder} could not be written, nothing is published",
                hint="free space there, or remove versions you no longer need, and run the command again",
            ) from error
        raise OutputError(
            f"{error.filename or folder} cannot be written: {error.strerror}; nothing is published",
            hint="check that the folder exists, that this user may write to it, and that the disk is mounted",
        ) from error


def versions(out: Path, period: str) -> list[int]:
    """Numbers of the published versions of a period, oldest first."""
    folder = out / period
    if not folder.is_dir():
        return []
    return sorted(int(found[1]) for entry in folder.iterdir() if (found := _VERSION.fullmatch(entry.name)))


def latest(out: Path, period: str) -> Path | None:
    """Folder of the newest version of a period, if there is one."""
    numbers = versions(out, period)
    return out / period / f"v{numbers[-1]}" if numbers else None


def periods(out: Path) -> list[str]:
    """Every published period, cases included, in order of name."""
    return sorted({path.parent.parent.relative_to(out).as_posix() for path in out.glob(f"**/v*/{MANIFEST}")})


def _still_says(newest: Path, manifest: Manifest) -> bool:
    """Whether a published version has these results, and its files are still what they were."""
    if not is_sealed(newest) or not same_results(read_manifest(newest), manifest):
        return False
    return all(
        (newest / name).is_file() and file_hash(newest / name) == digest for name, digest in manifest.outputs.items()
    )


def _take(file: IO[str], out: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip()
        raise OutputError(
            f"another run holds {out}" + (f" (process {holder})" if holder else ""),
            hint="wait until it has ended, then run the command again",
        ) from error
    with output_errors(out):
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()


def _drafts(out: Path) -> list[Path]:
    """Drafts under out/; the lock is ours, so their runs are dead."""
    return [path for path in out.glob("**/.*.partial-*") if _DRAFT.fullmatch(path.name)]


def _remove_if_empty(folder: Path, out: Path) -> None:
    """Leave no empty period behind when nothing was published."""
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
