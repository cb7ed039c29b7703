"""The program called as a user calls it, and small changes to a region's files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Ended(NamedTuple):
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ended]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def published(region: Path) -> list[str]:
    """Everything under out/ but the lock."""
    out = region / "out"
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.name != ".lock")
