"""Putting a published file or folder where it counts: whole or not at all, and never over something else unasked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from drgcalc.base.errors import OutputError
from drgcalc.grouping.table_folder import ABOUT
from drgcalc.run.manifest import MANIFEST
from drgcalc.run.publish import output_errors


def refuse_to_overwrite(target: Path, new: Path, *, replace: bool) -> None:
    """Raise OutputError when `target` holds something else than `new`, unless it may be replaced.

    A folder is only ever replaced when it holds a scheme: anything else is not ours to remove.
    """
    with output_errors(target.parent):
        if not target.exists() or _content(target) == _content(new):
            return
        if new.is_dir() and any(target.iterdir()) and not (target / ABOUT).is_file():
            raise OutputError(f"{target} exists and is not a scheme; nothing is written", hint="name another folder")
    if not replace:
        raise OutputError(
            f"{target} exists and holds something else; nothing is written",
            hint="compare them, then run again with --replace, or name another place",
        )


def put(target: Path, new: Path) -> None:
    """Copy a file, or the files of a folder without its manifest, to `target`, in the place of what is there."""
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    with output_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if new.is_dir():
                partial.mkdir()
                for name, content in _content(new).items():
                    _write(partial / name, content)
                if target.exists():
                    shutil.rmtree(target)
            else:
                _write(partial, new.read_bytes())
            partial.replace(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _content(path: Path) -> dict[str, bytes]:
    """The bytes of a file under "", or those of the files of a folder by name, its manifest aside."""
    if not path.is_dir():
        return {"": path.read_bytes()}
    return {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.is_file() and file.name != MANIFEST}


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
