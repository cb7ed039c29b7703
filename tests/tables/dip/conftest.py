from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from dip_books import Book
from scheme_books import write_book

from drgcalc.tables.importing import import_scheme
from drgcalc.tables.model import ImportResult

Read = Callable[..., ImportResult]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a book, import it."""

    def run(book: Book, shift: dict[str, int] | None = None, **options: object) -> ImportResult:
        path = write_book(tmp_path / "book.xlsx", book, shift)
        return import_scheme(path, scheme_id="small", **options)  # type: ignore[arg-type]

    return run
