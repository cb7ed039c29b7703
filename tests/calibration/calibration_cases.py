"""What the calibration tests share: worked examples, and rules of a calibration.toml made by hand."""

from __future__ import annotations

import functools
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from drgcalc.calibration.terms import CatalogueRule, CoefficientRule, HistoryRule, ScoreRule

HERE = Path(__file__).parent
SHARED_VECTORS = HERE.parents[2] / "shared" / "vectors" / "settlement.toml"
YEARS = (2021, 2022, 2023)


@functools.cache
def examples() -> dict[str, Any]:
    return read(HERE / "examples.toml")


def everywhere(section: str) -> list[dict[str, Any]]:
    """A section of the worked examples, and of the shared vectors where the shared folder is beside the repository."""
    shared = read(SHARED_VECTORS) if SHARED_VECTORS.is_file() else {}
    return [document[section] for document in (examples(), shared) if section in document]


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)


def history_rule(mean: str = "mean_of_means") -> HistoryRule:
    return HistoryRule((Fraction(1), Fraction(2), Fraction(7)), mean, None, "test")


def score_rule(scale: str = "1000", benchmark: str | None = None, quota: str | None = None) -> ScoreRule:
    return ScoreRule(Decimal(scale), benchmark, None if quota is None else Decimal(quota), 15, None, True, "test")


def coefficient_rule(by: str, lower: str, upper: str, least_cases: int, otherwise: str = "peers") -> CoefficientRule:
    return CoefficientRule(by, "together", Decimal(lower), Decimal(upper), least_cases, otherwise, "test")


def catalogue_rule(
    threshold: int | None = 15,
    coverage: Fraction | None = None,
    split_total: int = 15,
    split_part: int = 5,
    split_fall: Fraction = Fraction(1, 5),
) -> CatalogueRule:
    return CatalogueRule(
        "base", threshold, coverage, Fraction(1, 10), split_total, split_part, split_fall, "test", "test"
    )
