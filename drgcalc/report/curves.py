"""Payment curves on a terminal of 80 columns: a table of pieces, and a picture in plain characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from drgcalc.base.money import round_half_up
from drgcalc.report import findings
from drgcalc.report.layout import plain_table
from drgcalc.report.policy_model import CurveShown, PieceShown, PolicyChecked
from drgcalc.settlement.payment_curve import ALL_LAYERS, Example

WIDTH, HEIGHT = 64, 12
"""Columns and rows of a picture, its axes aside."""
PAID, COST = "*", "."


def checked(result: PolicyChecked) -> Iterator[RenderableType]:
    """The curve of every layer and coefficient, and the findings."""
    yield Text(f"{result.title} · {result.document}", style="bold")
    if result.example:
        yield Text(_example(result.example))
    for curve in result.curves:
        yield from _curve(curve, result.example)
    yield from findings.blocks(findings.counted(result.findings))
    if not result.findings:
        yield Text("No cliff, no falling segment, no gap, nothing counted twice.")


def _example(example: Example) -> str:
    return (
        f"Yuan are those of {example.source}: {example.score} points, cases of {example.reference_fee:,} yuan, "
        f"{example.point_value} yuan a point."
    )


def _curve(curve: CurveShown, example: Example | None) -> Iterator[RenderableType]:
    whose = "all groups" if curve.layer == ALL_LAYERS else f"{curve.layer} groups"
    levels = f", levels {', '.join(curve.levels)}" if curve.levels else ""
    table = plain_table(
        f"Payment curve 支付曲线: {whose}{levels}, coefficient {curve.coefficient:f}",
        ("segment", "fold"),
        ("cost, times", "right"),
        ("points, times", "right"),
        *([("cost, yuan", "right"), ("worth, yuan", "right")] if example else []),
    )
    for piece in curve.pieces:
        table.add_row(*_cells(piece))
    yield table
    yield from (Text(line) for line in picture(curve.pieces, example))


def _cells(piece: PieceShown) -> Iterator[Text]:
    flag = f" ({piece.flag})" if piece.flag else ""
    yield Text(f"{piece.segment} {piece.label}{flag}")
    yield Text(_between(_plain(piece.from_ratio), _plain(piece.to_ratio), piece.is_open))
    yield Text(_between(_plain(piece.from_multiple), _plain(piece.to_multiple), piece.is_open))
    if piece.from_cost is not None and piece.to_cost is not None:
        yield Text(_between(_whole(piece.from_cost), _whole(piece.to_cost), piece.is_open))
    if piece.from_yuan is not None and piece.to_yuan is not None:
        yield Text(_between(_whole(piece.from_yuan), _whole(piece.to_yuan), piece.is_open))


def _between(first: str, last: str, is_open: bool) -> str:
    return first if first == last else f"{first} to {'…' if is_open else last}"


def _whole(yuan: Decimal) -> str:
    return f"{round_half_up(yuan, 0):,}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def picture(pieces: Sequence[PieceShown], example: Example | None) -> Iterator[str]:
    """Points over cost, both in multiples; dots show where points are worth what the case costs.

    Every line is at most 80 plain characters.
    """
    widest = Fraction(pieces[-1].to_ratio)
    ratios = [widest * (2 * column + 1) / (2 * WIDTH) for column in range(WIDTH)]
    paid = [_multiple(pieces, ratio) for ratio in ratios]
    worth = _break_even(example)
    cost = [ratio * worth for ratio in ratios] if worth else []
    top = max([*paid, Fraction(1)])
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]
    for mark, line in ((COST, cost), (PAID, paid)):
        for column, height in enumerate(line):
            if height <= top:
                rows[min(int(height * HEIGHT / top), HEIGHT - 1)][column] = mark
    yield f"{'points ÷ base':>13}" + (f"     {PAID} points   {COST} worth what the case costs" if cost else "")
    for number in range(HEIGHT - 1, -1, -1):
        label = _plain(round_half_up(top * (number + 1) / HEIGHT, 2)) if number in (HEIGHT - 1, HEIGHT // 2) else ""
        yield f"{label:>7} |{''.join(rows[number])}".rstrip()
    yield f"{'0':>7} +{'-' * WIDTH}"
    ends = ("0", _plain(round_half_up(widest / 2, 2)), _plain(Decimal(pieces[-1].to_ratio)))
    yield f"{'':9}{ends[0]:<{WIDTH // 2}}{ends[1]:<{WIDTH // 2 - len(ends[2])}}{ends[2]}"
    yield f"{'':9}cost ÷ reference"


def _break_even(example: Example | None) -> Fraction | None:
    """How many times the base points a case at the reference cost would need to be worth its cost."""
    if example is None or not example.score or not example.point_value:
        return None
    return Fraction(example.reference_fee) / (Fraction(example.score) * Fraction(example.point_value))


def _multiple(pieces: Sequence[PieceShown], ratio: Fraction) -> Fraction:
    piece = next((one for one in pieces if ratio <= Fraction(one.to_ratio)), pieces[-1])
    start, width = Fraction(piece.from_ratio), Fraction(piece.to_ratio) - Fraction(piece.from_ratio)
    first, last = Fraction(piece.from_multiple), Fraction(piece.to_multiple)
    return first + (last - first) * (ratio - start) / width
