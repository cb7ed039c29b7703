"""Schemes as rich renderables: lists, rules, import reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from drgcalc.grouping.scheme import AdrgRow, DrgRow, MdcRow, Scheme
from drgcalc.report.layout import number, plain_table
from drgcalc.tables.findings import NoteSummary
from drgcalc.tables.folder import SchemeLine


def listing(lines: Sequence[SchemeLine], demonstration: str) -> Iterator[RenderableType]:
    """One line a scheme, and what the demonstration is not."""
    table = plain_table(
        "Schemes 分组方案",
        ("id", "left"), ("kind", "left"), ("title", "fold"), ("MDC", "right"), ("ADRG", "right"), ("groups", "right"),
    )  # fmt: skip
    for line in lines:
        counts = [number(count) if count else "" for count in (line.mdcs, line.adrgs, line.groups)]
        table.add_row(line.id, line.kind.upper(), Text(line.title), *counts)
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
