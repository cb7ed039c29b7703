"""terms.json: the texts of region.toml and its tables as a version was settled with them, and the region they make."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from drgcalc.base.errors import OutputError
from drgcalc.run.publish import output_errors
from drgcalc.run.region import REGION_FILE, Region, load_region
from drgcalc.run.region_tables import decode
from drgcalc.run.workspace import workspace

TERMS_FILE = "terms.json"


def texts_of(region: Region) -> dict[str, str]:
    """The texts by path relative to the region."""
    files = (region.folder / REGION_FILE, *region.tables())
    names = {path.relative_to(region.folder).as_posix(): path for path in files}
    return {name: decode(names[name], name) for name in sorted(names)}


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write terms.json of a version."""
    with output_errors(folder):
        text = json.dumps(texts, ensure_ascii=False, indent=0, sort_keys=True)
        (folder / TERMS_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_texts(folder: Path) -> dict[str, str]:
    """The texts of a version. Raises OutputError when they cannot be read."""
    path = folder / TERMS_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(text) for name, text in document.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise OutputError(
            f"{path} cannot be read: {error}",
            hint="versions of an older drgcalc have none: settle the period again with this one",
        ) from error


@contextmanager
def region_of(texts: Mapping[str, str], closed: Mapping[str, Collection[str]]) -> Iterator[Region]:
    """The region that the texts make, while the block runs; it has no records, no scheme and nothing published.

    `closed`: decisions dated in these periods count only if the period was closed with them.
    """
    with workspace() as folder:
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        yield load_region(folder, closed)
