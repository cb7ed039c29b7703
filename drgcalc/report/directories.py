"""DIP directories as rich renderables: what one is, the rows of a group, two of them compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.console import RenderableType
from rich.text import Text

from drgcalc.base.dip_columns import LAYERS
from drgcalc.grouping.dip.scheme import DipRow, DipScheme
from drgcalc.report.layout import indented, number
from drgcalc.tables.dip.diff import DipChange, DipDiff, columns_of

LARGEST = 10


def facts(scheme: DipScheme) -> dict[str, object]:
    """What a directory is, and how large: groups by layer, and how the city reads it."""
    groups = {layer: len({row.code for row in scheme.rows if row.layer == layer}) for layer in LAYERS}
    return {
        "id": scheme.id,
        "title": scheme.title,
        "edition": scheme.edition,
        "source": scheme.source,
        "checksum": scheme.checksum,
        "groups": len({row.code for row in scheme.rows}),
        **{f"groups_{layer}": count for layer, count in groups.items()},
        "excluded_diagnoses": len(scheme.excluded),
        "main_procedures": len(scheme.main_procedures),
        "grassroots": len(scheme.grassroots),
        "procedure_kinds": len(scheme.procedure_kinds),
        "complications": len(scheme.cc),
        "auxiliary_parts": len(scheme.auxiliary),
        **{f"options_{name}": value for name, value in asdict(scheme.options).items()},
    }


def overview(scheme: DipScheme) -> Iterator[RenderableType]:
    """`facts`, one a line."""
    for name, value in facts(scheme).items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        yield Text(f"{name}: {shown}")


def row_facts(rows: Sequence[DipRow]) -> list[dict[str, str | int]]:
    """The rows of a group as they are stored."""
    return [{"code": row.code, "name": row.name, "seq": row.seq, **columns_of(row), "note": row.note} for row in rows]


def groups(rows: Sequence[DipRow]) -> Iterator[RenderableType]:
    """The rows of a group: what each asks for."""
    for row in rows:
        yield Text(f"{row.code} {row.name}, order {row.seq}", style="bold")
        for column, text in columns_of(row).items():
            if text not in ("", "0"):
                yield indented(f"{column}: {text}")
        if row.note:
            yield indented(f"note: {row.note}")


def difference(result: DipDiff) -> Iterator[RenderableType]:
    """How many rows of each table differ, and the first of each kind of change."""
    if not result:
        yield Text(f"{result.old_id} and {result.new_id} group and score alike.")
        return
    counts = Counter((change.table, change.change) for change in result.changes)
    for (table, kind), times in counts.items():
        yield Text(f"{table} {kind}: {number(times)}", style="bold")
        found = [change for change in result.changes if (change.table, change.change) == (table, kind)]
        yield from (indented(_line(change)) for change in found[:LARGEST])
        if times > LARGEST:
            yield indented(f"and {number(times - LARGEST)} more: --out PATH writes them all")


def _line(change: DipChange) -> str:
    where = f"{change.key} {change.column}".strip()
    if change.change == "added":
        return f"{where} {change.new}".strip()
    if change.change == "dropped":
        return f"{where} {change.old}".strip()
    return f"{where}: {change.old or 'nothing'} → {change.new or 'nothing'}"
