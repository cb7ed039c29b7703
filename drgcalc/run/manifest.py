"""manifest.json: what went into a published version and what came out, without clocks and machine paths."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from drgcalc.base.errors import OutputError

MANIFEST = "manifest.json"
SCHEMA = 3
SEAL = "seal"
CLOSED_MONTHS = "closed months"
"""Key of a manifest's `region`: which months before were closed, and with which decisions."""


@dataclass(frozen=True)
class Manifest:
    """The fingerprint of one published version. Hashes are SHA-256 in hex, by path relative to the region.

    inputs: record files. region: region.toml and its tables. scheme: id, edition and checksum. policy: hash of the
    block in force. outputs: published files by name. counts, totals, point_values: figures as text, for people and
    for `drgcalc verify`.
    """

    command: str
    period: str
    drgcalc: str
    inputs: Mapping[str, str]
    region: Mapping[str, str]
    scheme: Mapping[str, str]
    policy: str
    counts: Mapping[str, int]
    totals: Mapping[str, str]
    point_values: Mapping[str, str]
    outputs: Mapping[str, str]
    schema: int = SCHEMA


def with_outputs(manifest: Manifest, folder: Path, others: Mapping[str, str] = MappingProxyType({})) -> Manifest:
    """The manifest with the hashes of every file in `folder`, and of `others` that will come there."""
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    return replace(manifest, outputs={**others, **{path.name: file_hash(path) for path in files}})


def same_results(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests describe the same inputs and outputs, whatever version of drgcalc wrote them.

    That other months have been closed in between is no news when it changes nothing.
    """
    return _without_closed(one) == _without_closed(other)


def _without_closed(manifest: Manifest) -> Manifest:
    kept = {name: value for name, value in manifest.region.items() if name != CLOSED_MONTHS}
    return replace(manifest, drgcalc="", region=kept)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 of files by path relative to `folder` (by name when they lie outside), in order of path."""
    named = {_name(path, folder): path for path in files}
    return {name: file_hash(named[name]) for name in sorted(named)}


def block_hash(block: Mapping[str, Any]) -> str:
    """SHA-256 of a policy block: of its content, not of its layout or comments."""
    text = json.dumps(block, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json: sorted keys, LF, UTF-8; its seal is the SHA-256 of all the rest."""
    text = _sealed(asdict(manifest))
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a published version, sealed or not. Raises OutputError when it is missing or damaged."""
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        document.pop(SEAL, None)
        return Manifest(**document)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise OutputError(
            f"{path} cannot be read: {error}", hint=f"remove or restore {folder}, then run the command again"
        ) from error


def is_sealed(folder: Path) -> bool:
    """Whether every byte of manifest.json is as `write_manifest` left it."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes().decode("utf-8")
        document = json.loads(text)
        document.pop(SEAL, None)
        return text == _sealed(document)
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def _sealed(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2)
    seal = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({**document, SEAL: seal}, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _plain(value: object) -> str:
    """Text of the values TOML has and JSON has not."""
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a policy block")
