"""The views of one connection through which files are read: a file of the shape of the last one needs no new ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import duckdb

from drgcalc.records.editor import identify, parse
from drgcalc.records.reading import Staged, open_part, scan_of

Made = TypeVar("Made")

FILE = "records_file"
"""The view of all rows of a staged file, with their numbers."""


class Views:
    """Views of a connection for whichever part of a file it is turned to.

    `raw`: rows as delivered. `parsed`: editor.parse. `identities`: editor.identify. To make them costs as much as to
    read ten thousand rows, and a region has many small files that are alike: those only exchange the file below.
    values, pools: those of editor.parse.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, values: Mapping[str, Mapping[str, str]], pools: Mapping[str, str]
    ) -> None:
        self._con, self._values, self._pools = con, values, pools
        self._shape: Hashable = None
        self._kept: dict[str, Any] = {}

    def show(self, staged: Staged) -> None:
        """Let the views stand for a file. Raises InputError for columns of a type that cannot be read."""
        scan = scan_of(self._con, staged)
        scan.create_view(FILE)
        shape = _shape_of(scan, staged)
        if shape == self._shape:
            return
        self._shape, self._kept = None, {}
        open_part(self._con.view(FILE), staged).create_view("raw")
        raw = self._con.view("raw")
        parse(raw, staged, self._values, self._pools).create_view("parsed")
        identify(raw, staged, self._values).create_view("identities")
        self._shape = shape

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes of these views, made once for files of one shape."""
        if name not in self._kept:
            self._kept[name] = make()
        made: Made = self._kept[name]
        return made


def _shape_of(scan: duckdb.DuckDBPyRelation, staged: Staged) -> Hashable:
    """All that the views depend on beside the file itself."""
    types = (str(type_) for type_ in scan.types)
    return (
        tuple(zip(scan.columns, types, strict=True)),
        tuple(staged.columns.items()),
        staged.is_text,
        staged.plain,
        staged.is_keyed,
        staged.replaces,
    )
