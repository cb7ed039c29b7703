"""Two schemes compared: what differs between their tables, and which cases of a period that moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.report import directories
from drgcalc.report.comparison_model import Moves
from drgcalc.report.layout import indented, number, plain_table
from drgcalc.tables.diff import GroupChange, SchemeDiff
from drgcalc.tables.dip.diff import DipDiff
from drgcalc.tables.export import marked

LARGEST = 10
CODES = 6
"""Codes of a changed set that are named."""


def compared(result: SchemeDiff | DipDiff, moves: Moves | None) -> Iterator[RenderableType]:
    """What differs between two schemes, and what moves if records were grouped by both."""
    yield from directories.difference(result) if isinstance(result, DipDiff) else difference(result)
    if moves is not None:
        yield from moved(moves)


def facts(result: SchemeDiff | DipDiff, moves: Moves | None) -> dict[str, object]:
    """A comparison as one document: the parts of the difference, and `moves` (null without records)."""
    return {**{field.name: getattr(result, field.name) for field in fields(result)}, "moves": moves}


def difference(result: SchemeDiff) -> Iterator[RenderableType]:
    """How many rows of each kind differ, and the first ten of each; rules word by word."""
    if not result:
        yield Text(f"{result.old_id} and {result.new_id} group alike by the same texts.")
        return
    kinds = Counter(row.change for row in result.groups)
    counts = ", ".join(f"{number(kinds[change])} {change}" for change in ("added", "dropped", "renamed"))
    yield from _kind(f"groups changed ({counts})", [_group(row) for row in result.groups])
    yield from _kind(
        "rules changed",
        [
            f"{row.level} {row.key}: {marked(row.words)}" + (" (means the same)" if row.same_meaning else "")
            for row in result.rules
        ],
    )
    yield from _kind(
        "orders of trial changed",
        [
            f"{row.level} {row.scope or 'rows'}: {' '.join(row.old_order)} → {' '.join(row.new_order)}"
            for row in result.orders
        ],
    )
    yield from _kind(
        "sets changed", [f"{row.set_id} {row.change}: {_codes(row.added, row.dropped)}" for row in result.sets]
    )
    yield from _kind(
        "complication levels changed",
        [f"{row.code}: {row.old_level or 'none'} → {row.new_level or 'none'}" for row in result.complications],
    )
    yield from _kind(
        "exclusions changed",
        [f"{row.level} {row.code}: {_codes(row.added, row.dropped)}" for row in result.exclusions],
    )


def _group(row: GroupChange) -> str:
    names = " → ".join(filter(None, (row.old_name, row.new_name)))
    return f"{row.change} {row.level} {row.key} {names}"


def _kind(title: str, rows: Sequence[str]) -> Iterator[RenderableType]:
    """A title with the count, and the first rows."""
    yield Text(f"{title}: {number(len(rows))}", style="bold")
    yield from map(indented, rows[:LARGEST])
    if len(rows) > LARGEST:
        yield indented(f"and {number(len(rows) - LARGEST)} more: --out PATH writes them all")


def _codes(added: Sequence[str], dropped: Sequence[str]) -> str:
    """How many codes came and went, then the first of them."""
    codes = [*(f"+{code}" for code in added), *(f"-{code}" for code in dropped)]
    more = " …" if len(codes) > CODES else ""
    return f"{number(len(added))} added, {number(len(dropped))} dropped: {' '.join(codes[:CODES])}{more}"


def moved(moves: Moves) -> Iterator[RenderableType]:
    """What moves between two schemes: in all, by hospital, and by flow, the largest first."""
    yield Text(f"{moves.region} {moves.period}: {moves.old} → {moves.new}", style="bold")
    yield Text(f"{number(moves.moved)} of {number(moves.cases)} cases get another group or status")
    yield from (Text(f"note: {note}") for note in moves.notes)
    if moves.moved:
        yield _by_hospital(moves)
        yield _by_flow(moves)


def _by_hospital(moves: Moves) -> Table:
    shown = moves.hospitals[:LARGEST]
    table = plain_table(
        f"By hospital 按机构 ({len(shown)} of {len(moves.hospitals)})",
        ("hospital", "fold"), ("cases", "right"), ("moved", "right"), ("points", "right"), ("yuan", "right"),
    )  # fmt: skip
    for row in shown:
        name = Text(f"{row.hospital_id} {row.hospital_name}".strip())
        table.add_row(name, number(row.cases), number(row.moved), _signed(row.points_moved), _signed(row.yuan_moved))
    return table


def _by_flow(moves: Moves) -> Table:
    shown = moves.flows[:LARGEST]
    table = plain_table(
        f"Largest flows 病例流向 ({len(shown)} of {number(len(moves.flows))})",
        ("hospital", "fold"), ("old → new", "fold"), ("cases", "right"), ("points", "right"), ("yuan", "right"),
    )  # fmt: skip
    for row in shown:
        way = f"{row.old_group or row.old_status or 'absent'} → {row.new_group or row.new_status or 'absent'}"
        table.add_row(
            Text(f"{row.hospital_id} {row.pool}"), way, number(row.cases), _signed(row.points_moved),
            _signed(row.yuan_moved),
        )  # fmt: skip
    return table


def _signed(amount: Decimal | None) -> str:
    """A change with its sign and its decimals; `?` when it is not known."""
    return "?" if amount is None else format(amount, "+,f")
