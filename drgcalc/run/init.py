"""`drgcalc init`: a new region from the template, with the demonstration scheme, that runs at once."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from drgcalc.base.errors import OutputError
from drgcalc.run.publish import output_errors
from drgcalc.run.region import REGION_FILE

DEMO_SCHEME = "demo-drg"


def shipped_schemes() -> Path:
    """The folder of the schemes that ship with the package (grouper_tables/ of the repository)."""
    return Path(str(resources.files("drgcalc"))) / "grouper_tables"


def init(folder: Path, *, dry_run: bool = False) -> tuple[str, ...]:
    """Write a region into `folder`, which is new or empty; gives the files, by path relative to it.

    Raises OutputError when the folder holds something or cannot be written.
    """
    with output_errors(folder):
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken:
        raise OutputError(f"{folder} is not an empty folder", hint="name a new folder: nothing is ever overwritten")
    files = dict(_files(resources.files(__package__) / "template", ""))
    files |= dict(_files(shipped_schemes() / DEMO_SCHEME, f"schemes/{DEMO_SCHEME}/"))
    if not dry_run:
        with output_errors(folder):
            _write_whole(folder, files)
    return tuple(sorted(files))


def _write_whole(folder: Path, files: Mapping[str, Traversable]) -> None:
    """Write into a hidden sibling, then rename: a region is there with every file, or not at all."""
    target = folder.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.partial-"
    for leftover in target.parent.glob(f"{glob.escape(prefix)}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as name:
        fresh = Path(name) / "region"
        for path, source in files.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(source.read_bytes())
        if not target.exists():
            fresh.rename(target)
            return
        # The folder is there and empty; somebody may stand in it, so it stays. Without region.toml it is no region.
        for entry in sorted(fresh.iterdir(), key=lambda entry: entry.name == REGION_FILE):
            entry.rename(target / entry.name)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry
