"""Temporary folders for work outside a region: staged records hold person ids, so a killed run must not leave them.

Every folder is held by a kernel lock while its run lives. The next run of the same user removes the folders that
nobody holds any more, and touches nothing else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from drgcalc.base.errors import OutputError
from drgcalc.run.publish import output_errors

HELD = ".held"
_PREFIX = "work-"


@contextmanager
def workspace() -> Iterator[Path]:
    """An empty folder of this run, readable by its user only and gone afterwards.

    Raises OutputError when the place for temporary files cannot be written or belongs to somebody else.
    """
    own = _own_place()
    with output_errors(own), _locked(own):
        _remove_abandoned(own)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=own))
        held = (folder / HELD).open("x", encoding="ascii")
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        with held:
            inside = folder / "files"
            with output_errors(own):
                inside.mkdir()
            yield inside
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own_place() -> Path:
    """This user's folder under the place for temporary files."""
    place = Path(tempfile.gettempdir()) / f"drgcalc-{os.getuid()}"
    with output_errors(place):
        place.mkdir(mode=0o700, exist_ok=True)
        status = place.lstat()
    if place.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise OutputError(
            f"{place} is not this user's own folder, or others may read it",
            hint="remove it, or name another place for temporary files with TMPDIR",
        )
    return place


@contextmanager
def _locked(own: Path) -> Iterator[None]:
    """While the block runs no other process makes or removes folders here."""
    with (own / ".lock").open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove_abandoned(own: Path) -> None:
    for folder in own.glob(f"{_PREFIX}*"):
        if not folder.is_symlink() and _is_abandoned(folder / HELD):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(held: Path) -> bool:
    """Whether nobody holds the folder; one without its lock file was left half made."""
    try:
        with held.open("a", encoding="ascii") as file:
            return _is_free(file)
    except FileNotFoundError:
        return True


def _is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
