"""Schemes as rich renderables: lists, rules, import reports, comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.grouping.scheme import AdrgRow, DrgRow, MdcRow, Scheme
from drgcalc.report.layout import number, plain_table
from drgcalc.report.model import Moves
from drgcalc.tables.diff import SchemeDiff
from drgcalc.tables.findings import NoteSummary
from drgcalc.tables.folder import SchemeLine

LARGEST = 10


def listing(lines: Sequence[SchemeLine], demonstration: str) -> Iterator[RenderableType]:
    """One line a scheme, and what the demonstration is not."""
    table = plain_table(
        "Schemes 分组方案",
        ("id", "left"), ("title", "fold"), ("MDC", "right"), ("ADRG", "right"), ("DRG", "right"),
    )  # fmt: skip
    for line in lines:
        table.add_row(line.id, Text(line.title), number(line.mdcs), number(line.adrgs), number(line.drgs))
    yield table
    if any(line.id == demonstration for line in lines):
        yield Text(
            f"{demonstration} is a demonstration and pays nobody (仅供演示，不得用于付费). "
            "The official workbook is read by `drgcalc tables import FILE.xlsx`."
        )


def facts(scheme: Scheme) -> dict[str, str | int]:
    """What a scheme is, and how large."""
    return {
        "id": scheme.id,
        "title": scheme.title,
        "edition": scheme.edition,
        "source": scheme.source,
        "checksum": scheme.checksum,
        "mdc": len(scheme.mdc),
        "adrg": len(scheme.adrg),
        "drg": len(scheme.drg),
        "code_sets": len(scheme.code_sets),
        "complications": len(scheme.cc),
        "exclusion_tables": len(scheme.exclusions),
    }


def overview(scheme: Scheme) -> Iterator[RenderableType]:
    """`facts`, one a line."""
    for name, value in facts(scheme).items():
        yield Text(f"{name}: {value}")


def rules(rows: Sequence[MdcRow | AdrgRow | DrgRow]) -> Iterator[RenderableType]:
    """The rows of one code with their rule texts."""
    for row in rows:
        parents = " in " + " ".join(filter(None, (getattr(row, "mdc", ""), getattr(row, "adrg", "")))) or ""
        yield Text(f"{row.code} {row.name}{parents if parents != ' in ' else ''}, order {row.seq}", style="bold")
        yield Text(row.rule or "(empty: always holds)")


def imported(folder: str, outcome: str, notes: Sequence[NoteSummary]) -> Iterator[RenderableType]:
    """What an import noted, with examples, and where the folder is."""
    table = plain_table("Import notes 导入说明", ("code", "left"), ("kind", "left"), ("count", "right"), ("", "fold"))
    for note in notes:
        table.add_row(note.code, note.severity, number(note.times), Text(f"{note.title}: {note.meaning}"))
        for example in note.examples:
            place = f"{example.sheet} {example.row}" if example.row else example.sheet
            table.add_row("", "", "", Text(f"  {place}: {example.text} → {example.done}"))
    yield table
    yield Text(f"{folder}: {outcome}")


def difference(result: SchemeDiff) -> Iterator[RenderableType]:
    """How many rows of each kind differ, and the first ten of each."""
    for kind in ("groups", "rules", "orders", "sets", "complications", "exclusions"):
        rows = getattr(result, kind)
        yield Text(f"{kind}: {number(len(rows))}", style="bold")
        for row in rows[:10]:
            yield Text("  " + " | ".join(str(cell) for cell in row if cell not in (None, "", ())))


def compared(result: SchemeDiff, moves: Moves | None) -> Iterator[RenderableType]:
    """What differs between two schemes, and what moves if records were grouped by both."""
    yield from difference(result)
    if moves is not None:
        yield from moved(moves)


def comparison(result: SchemeDiff, moves: Moves | None) -> dict[str, object]:
    """A comparison as one document: the parts of the difference, and `moves` (null without records)."""
    return {**{field.name: getattr(result, field.name) for field in fields(result)}, "moves": moves}


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
