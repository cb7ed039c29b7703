"""The scores that a city's directory prints, as a table of a region (base.columns.SCORES)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.columns import SCORES
from drgcalc.base.errors import OutputError, RulesError, UsageError
from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.tables.dip.model import DipTables
from drgcalc.tables.export import refuse_taken
from drgcalc.tables.folder import csv_bytes
from drgcalc.tables.model import ImportResult

MEAN_FEE = "mean_fee"


class ScoreLine(NamedTuple):
    """A row of scores/*.csv; mean_fee in yuan."""

    group_code: str
    level: str
    score: Decimal
    mean_fee: Decimal
    effective_from: date
    effective_to: str
    source: str


def scores_for(result: ImportResult, path: Path, effective_from: date) -> list[ScoreLine]:
    """The lines that `path`, which must not exist, is to hold: one for each group that has a score, in order of code.

    Raises OutputError for a path that is taken, UsageError for what is no DIP directory, RulesError when the directory
    prints no scores, or no mean costs, which settlement needs beside them, or two of either for one group.
    """
    refuse_taken(path)
    tables = result.tables
    if not isinstance(tables, DipTables):
        raise UsageError("only a city's DIP directory prints scores", hint="leave --scores out")
    source = f"{tables.about.imported_from.file}, sha256 {tables.about.imported_from.sha256[:12]}"
    scores = _one_each(tables, "scores", [(row.code, row.score) for row in tables.dip if row.score is not None])
    fees = _one_each(
        tables, "mean costs", [(row.group_code, row.value) for row in tables.corrections if row.item == MEAN_FEE]
    )
    if missing := sorted(scores.keys() - fees.keys()):
        raise RulesError(
            f"{tables.about.imported_from.file}: {len(missing):,} groups have a score and no mean cost (例均费用), "
            f"the first is {missing[0]}",
            hint="the scores of a region need both: add the column, or calibrate scores from history",
        )
    return [
        ScoreLine(code, "", score, round_half_up(fees[code], MONEY_PLACES), effective_from, "", source)
        for code, score in sorted(scores.items())
    ]


def _one_each(tables: DipTables, what: str, found: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    kept: dict[str, Decimal] = {}
    for code, value in found:
        if kept.setdefault(code, value) != value:
            raise RulesError(
                f"{tables.about.imported_from.file}: group {code} has two {what}, {kept[code]:f} and {value:f}",
                hint="keep one of them",
            )
    if not kept:
        raise RulesError(f"{tables.about.imported_from.file} prints no {what}", hint="leave --scores out")
    return kept


def write_scores(lines: Sequence[ScoreLine], path: Path) -> None:
    """Write the lines as CSV. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(csv_bytes(SCORES.names(), lines))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another path") from error
