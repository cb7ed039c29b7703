"""Which files a region's input patterns mean, in one order whatever the file system answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import Finding, InputError
from drgcalc.records.checks import file_finding

KINDS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}
_READABLE = "CSV, XLSX and Parquet are read"
_CHUNK = 1 << 20


class Source(NamedTuple):
    """An input file. `relative`: its POSIX path relative to the region (absolute outside); kind: csv, xlsx, parquet."""

    path: Path
    relative: str
    kind: str


class Expansion(NamedTuple):
    """The files that patterns mean, sorted by `relative`, and what was passed over."""

    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]


def expand(region: Path, patterns: Sequence[str]) -> Expansion:
    """The input files of `patterns` (files, folders, or globs, relative to `region`), each once, sorted by name.

    Names that start with "." or "~$" (hidden files, lock files of spreadsheets) are ignored and counted. Raises
    InputError for a pattern that matches nothing, a file of unknown kind, and an empty file.
    """
    found: dict[str, Source] = {}
    ignored = 0
    for pattern in patterns:
        files = list(_files(region, pattern))
        wanted = [file for file in files if not file.name.startswith((".", "~$"))]
        ignored += len(files) - len(wanted)
        if not wanted:
            raise InputError(
                f"the input pattern {pattern!r} of {region} matches no file",
                hint="put records there, or correct [inputs] discharges",
            )
        for file in wanted:
            _refuse_way_out(region, file)
            source = _source(region, file)
            found[source.relative] = source
    findings = (file_finding("F102", "", str(ignored)),) if ignored else ()
    return Expansion(tuple(found[relative] for relative in sorted(found)), findings)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes as hex, read in pieces. Raises InputError when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", hint="check that it exists and may be read"
        ) from None
    return digest.hexdigest()


def refuse_changed(files: Iterable[tuple[Source, str]]) -> None:
    """Raise InputError for a file whose bytes are not those of its SHA-256 any more: somebody writes while we read."""
    for source, digest in files:
        if not source.path.is_file() or sha256_of(source.path) != digest:
            raise InputError(
                f"{source.relative} was changed or removed while it was read; nothing is published",
                hint="wait until whoever writes it is done, then run the command again",
            )


def _files(region: Path, pattern: str) -> Iterator[Path]:
    """The files a pattern stands for; a folder, named or matched, stands for everything below it."""
    place = region / pattern
    root = Path(place.anchor) if Path(pattern).is_absolute() else region
    matched = [place] if place.exists() else root.glob(place.relative_to(root).as_posix())
    for path in matched:
        if path.is_dir():
            yield from (file for file in path.rglob("*") if not file.is_dir() or file.is_symlink())
        else:
            yield path


def _refuse_way_out(region: Path, file: Path) -> None:
    """Records that look as if they lay in the region must lie there; a link to a folder would not even be followed."""
    if not file.is_relative_to(region):
        return  # region.toml names the place itself
    inside = file.resolve().is_relative_to(region.resolve())
    if not inside or (file.is_symlink() and file.is_dir()):
        where = "to a folder" if inside else "out of the region"
        raise InputError(
            f"{file.relative_to(region).as_posix()} is a link that leads {where}",
            hint="put the records there themselves, or name their place in region.toml: [inputs] discharges",
        )


def _source(region: Path, file: Path) -> Source:
    if not file.is_file():
        raise InputError(f"{file} is no file that can be read", hint="remove broken links and devices from the folder")
    kind = KINDS.get(file.suffix.lower())
    relative = file.relative_to(region).as_posix() if file.is_relative_to(region) else file.as_posix()
    if kind is None:
        raise InputError(
            f"{relative}: a file of kind {file.suffix or 'without suffix'} cannot be read",
            hint=f"{_READABLE}; move other files away",
        )
    if file.stat().st_size == 0:
        raise InputError(f"{relative}: the file is empty", hint="export it again, or remove it")
    return Source(file, relative, kind)
