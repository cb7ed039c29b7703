"""A region in miniature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deliveries import Answer, answer_of, csv_text

from drgcalc.records.intake import HospitalSpan, Intake
from drgcalc.records.sources import expand


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Answer]:
    """Read the files of tmp_path/in (or the given records as one CSV) with the settings of a small region."""

    def _read(rows: Sequence[dict[str, str]] | None = None, **settings: Any) -> Answer:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        if rows is not None:
            (folder / "records.csv").write_text(csv_text(rows), encoding="utf-8")
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        defaults: dict[str, Any] = {
            "sources": expand(tmp_path, ["in"]).sources,
            "work": work,
            "salt": b"s" * 32,
            "hospitals": (
                HospitalSpan("H001", date(2020, 1, 1), None),
                HospitalSpan("H002", date(2020, 1, 1), date(2024, 3, 31)),
            ),
            "pools": {"310": "employee", "390": "resident"},
            "first": date(2024, 1, 1),
            "last": date(2024, 12, 31),
            "date_basis": "settlement",
            "today": date(2025, 1, 15),
        }
        if readers := settings.pop("readers", None):
            settings |= {"readers": lambda: readers, "repair": readers.repair}
        return answer_of(Intake(**{**defaults, **settings}))

    return _read
