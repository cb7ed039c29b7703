from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scheme_books import Book, sound_book, write_book

from drgcalc.grouping.scheme import Scheme, load_scheme
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.model import ImportResult
from drgcalc.tables.official import import_workbook


@pytest.fixture
def book() -> Book:
    return sound_book()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ImportResult]:
    """Write a book, import it."""

    def run(book: Book, **options: object) -> ImportResult:
        shift = options.pop("shift", None)
        path = write_book(tmp_path / "book.xlsx", book, shift)  # type: ignore[arg-type]
        return import_workbook(path, scheme_id="small", **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def load(tmp_path: Path, read: Callable[..., ImportResult]) -> Callable[..., Scheme]:
    """Write a book, import it, write the folder, load the scheme."""

    def run(book: Book, name: str = "scheme", **options: object) -> Scheme:
        folder = tmp_path / name
        write_table_folder(read(book, **options), folder)
        return load_scheme(folder)

    return run
