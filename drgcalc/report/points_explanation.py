"""The points and the money of one record at the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from drgcalc.report.layout import indented, money, number
from drgcalc.report.points_model import CaseMoney, PointsReason


def points(reason: PointsReason | None, settlement_id: str) -> Iterator[RenderableType]:
    """Every settled line: its factors with their sources, the arithmetic, what it is worth, its share in yuan."""
    if reason is None:
        yield Text(f"Points 点数: {settlement_id} is in no settled period; settle its period and ask again.")
        return
    for line in reason.lines:
        yield from _line(reason.version, line)


def _line(version: str, line: CaseMoney) -> Iterator[RenderableType]:
    yield Text(f"Points 点数 in {version}: {line.hospital_id}, pool {line.pool} ({line.place})", style="bold")
    for factor in line.factors:
        yield Text(f"{factor.name}: {factor.value}")
        yield indented(factor.source)
    yield Text(line.words)
    yield Text(f"= {number(line.points)} points", style="bold")
    if line.worth is not None:
        yield Text(f"Money 金额: {line.worth_words} = {money(line.worth)} yuan")
    elif line.worth_words:
        yield Text(f"Money 金额: {line.worth_words}")
    if line.share is not None:
        yield Text(f"= {money(line.share)} yuan: {line.share_words}", style="bold")
    elif line.share_words:
        yield Text(line.share_words)
    if line.decided is not None:
        yield Text(f"= {money(line.decided)} yuan, paid by item as special review decided", style="bold")
    yield from (indented(note) for note in line.notes)
