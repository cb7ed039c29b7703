"""What words in the cells and headers of directories mean: data files of the package, and what a city adds to them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from drgcalc.tables.cells import heading

_TAIL = re.compile(r"[(\[:].*$")


@cache
def words(use: str) -> dict[str, str]:
    """The words of one use (diagnosis, procedure, kind, type, flag …), spelled as `heading` does, and their meaning."""
    return {heading(row["word"]): row["meaning"] for row in _rows("words.csv") if row["use"] == use}


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """The headers of each column of a city directory, best first."""
    found: dict[str, list[str]] = {}
    for row in _rows("aliases.csv"):
        found.setdefault(row["canonical"], []).append(row["header"])
    return {column: tuple(headers) for column, headers in found.items()}


@cache
def header_key(text: str) -> str:
    """A header for comparison: no spaces, plain width, capitals, 代码 as 编码, without what follows ( or :."""
    return _TAIL.sub("", heading(text)).replace("代码", "编码")


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("drgcalc.tables.dip").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text))
