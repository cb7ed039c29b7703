"""The one kind of DuckDB connection that commands work in, and the SQL files they run there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb

from drgcalc.base.errors import OutputError

MEMORY = "1200MB"
KEPT = "1MB"
"""Freed memory that DuckDB may keep for itself; the same process works on with other libraries."""


@contextmanager
def connect(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory database that spills into `work`.

    Raises OutputError when the disk refuses what DuckDB writes there, KeyboardInterrupt when a query is interrupted.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(work / "spill"),
        "allocator_flush_threshold": KEPT,
        "allocator_bulk_deallocation_flush_threshold": KEPT,
    }
    with duckdb.connect(config=config) as connection:
        try:
            yield connection
        except (duckdb.InterruptException, RuntimeError) as error:
            # DuckDB tells Ctrl-C in a query as either of the two.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise
        except duckdb.IOException as error:
            raise OutputError(
                f"the database cannot read or write: {error}",
                hint=f"check the space and rights under {work.parent}; nothing is published",
            ) from error


@cache
def sql(package: str, name: str) -> str:
    """The text of <package>/sql/<name>.sql."""
    return resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
