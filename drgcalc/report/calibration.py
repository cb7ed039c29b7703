"""Calibrations on the screen: what was made of how many stays, what moves, what hangs on little, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.calibration.comparison import GroupMove
from drgcalc.report.calibration_model import (
    Basis,
    CalibratedCatalogue,
    CalibratedCoefficients,
    CalibratedScores,
    CalibratedValues,
)
from drgcalc.report.layout import money, number, plain_table

LARGEST = 10
ZERO = Decimal(0)


def scores(result: CalibratedScores) -> Iterator[RenderableType]:
    """New scores: the reference, how well groups explain cost, the largest moves, and groups to look at."""
    yield from _head("Scores 病组分值", result.basis)
    yield Text(f"{money(result.reference_fee)} yuan earn {number(result.scale)} points")
    if result.riv is not None:
        yield Text(f"groups explain {_percent(result.riv)} of the variance of cost (RIV 组间变异)")
    yield _groups(result)
    if result.hospitals:
        yield _hospitals(result)
    if result.flags:
        yield _flags(result)
    yield from _tail(result.basis, "scores")


def coefficients(result: CalibratedCoefficients) -> Iterator[RenderableType]:
    """New coefficients: those that differ most from 1."""
    yield from _head(f"Coefficients 调整系数 by {result.by}", result.basis)
    rows = sorted(result.coefficients, key=lambda row: (-abs(row.coefficient - 1), row.key))[:LARGEST]
    table = plain_table(
        f"Furthest from 1 ({len(rows)} of {number(len(result.coefficients))})",
        ("for", "fold"), ("stays", "right"), ("measured", "right"), ("coefficient", "right"), ("from", "left"),
    )  # fmt: skip
    for row in rows:
        measured = "" if row.measured is None else f"{row.measured:f}"
        table.add_row(
            Text(" ".join(filter(None, row.key))), number(row.cases), measured, f"{row.coefficient:f}", row.how
        )
    yield table
    yield from _tail(result.basis, "scores/coefficients")


def values(result: CalibratedValues) -> Iterator[RenderableType]:
    """Opening values by pool."""
    yield from _head("Opening point values 期初点值", result.basis)
    table = plain_table("", ("pool", "fold"), ("yuan/point", "right"), ("stays", "right"), ("without score", "right"))
    for row in result.values:
        table.add_row(Text(row.pool), f"{row.value:f}", number(row.stays), number(row.without_score))
    yield table
    yield from _tail(result.basis, "")


def catalogue(result: CalibratedCatalogue) -> Iterator[RenderableType]:
    """A directory: how many groups of which kind, how much they cover and how well they hold costs together."""
    yield from _head("DIP directory 病种目录库", result.basis)
    quality = result.quality
    table = plain_table("", ("", "fold"), ("groups", "right"), ("stays", "right"))
    table.add_row("core 核心病种", number(quality.core_groups), number(quality.core_stays))
    table.add_row("  of them by a related procedure", number(quality.own_groups), "")
    rest = quality.stays - quality.core_stays
    table.add_row("comprehensive 综合病种", number(quality.comprehensive_groups), number(rest))
    yield table
    yield Text(f"A core group has at least {quality.threshold} stays; they cover {_percent(quality.coverage)}.")
    explained = "" if quality.riv is None else f"; groups explain {_percent(quality.riv)} of the variance (RIV)"
    yield Text(f"Mean CV 变异系数 {quality.mean_cv}{explained}.")
    yield Text(f"{number(quality.splits)} auxiliary splits 辅助分型 are kept; audit.csv says why each group exists.")
    yield from _tail(result.basis, "schemes", f"{result.scheme}")


def _head(title: str, basis: Basis) -> Iterator[RenderableType]:
    years = f"{basis.years[0]} to {basis.years[-1]}" if len(basis.years) > 1 else str(basis.years[0])
    yield Text(f"{basis.region}: {title} from {years}", style="bold")
    yield Text(f"{number(basis.stays)} grouped stays; in force {basis.effective_from} to {basis.effective_to}")
    yield from (Text(f"note: {note}") for note in basis.notes)


def _tail(basis: Basis, home: str, name: str = "") -> Iterator[RenderableType]:
    if not basis.place.folder:
        yield Text("Dry run: nothing is written.")
        return
    again = "the same as before: " if basis.place.unchanged else ""
    yield Text(f"For review: {again}{basis.place.folder}/")
    if basis.written:
        yield from (Text(f"Written: {name}", overflow="fold") for name in basis.written)
    elif home:
        target = basis.folder / home / (name or f"{basis.effective_from.year}.csv")
        yield Text(f"Next: look at it, then run again with --out {target}")


def _groups(result: CalibratedScores) -> Table:
    rows = sorted(result.groups, key=_by_points)
    shown = rows[:LARGEST]
    table = plain_table(
        f"Groups whose points move most ({len(shown)} of {number(len(rows))})",
        ("group", "fold"), ("in force", "right"), ("new", "right"), ("change", "right"), ("stays", "right"),
    )  # fmt: skip
    for row in shown:
        table.add_row(
            Text(row.group_code), _score(row.old_score), _score(row.new_score),
            "" if row.change is None else _percent(row.change, signed=True), number(row.stays),
        )  # fmt: skip
    return table


def _by_points(row: GroupMove) -> tuple[Decimal, str]:
    """Most points moved first, either way."""
    return -abs((row.new_points or ZERO) - (row.old_points or ZERO)), row.group_code


def _hospitals(result: CalibratedScores) -> Table:
    shown = sorted(result.hospitals, key=lambda row: (-abs(row.yuan_moved), row.hospital_id))[:LARGEST]
    table = plain_table(
        f"Who gains, who loses 机构 ({len(shown)} of {len(result.hospitals)}; stays of {result.basis.years[-1]})",
        ("hospital", "fold"), ("old points", "right"), ("new points", "right"), ("yuan", "right"),
    )  # fmt: skip
    for row in shown:
        table.add_row(
            Text(f"{row.hospital_id} {row.pool}"), number(row.old_points), number(row.new_points),
            format(row.yuan_moved, "+,.2f"),
        )  # fmt: skip
    return table


def _flags(result: CalibratedScores) -> Table:
    shown = sorted(result.flags, key=lambda row: (-row.stays, row.group_code))[:LARGEST]
    table = plain_table(
        f"Groups that hang on few stays or one hospital ({len(shown)} of {number(len(result.flags))})",
        ("group", "fold"), ("why", "fold"), ("stays", "right"), ("mean without hospital", "right"),
        ("without dearest", "right"),
    )  # fmt: skip
    for row in shown:
        table.add_row(
            Text(row.group_code), row.reason.replace("_", " ").replace("|", ", "), number(row.stays),
            _change(row.change_without_hospital), _change(row.change_without_dearest),
        )  # fmt: skip
    return table


def _change(ratio: Decimal | None) -> str:
    return "none left" if ratio is None else _percent(ratio, signed=True)


def _score(score: Decimal | None) -> str:
    return "" if score is None else number(score)


def _percent(ratio: Decimal, *, signed: bool = False) -> str:
    return format(ratio, "+.2%" if signed else ".2%")
