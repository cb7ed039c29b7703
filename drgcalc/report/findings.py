"""Findings for the screen: a block a code where they are looked into, one line a code where other results matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from drgcalc.base.errors import Finding
from drgcalc.report.layout import indented, number, plain_table
from drgcalc.report.model import FindingCount, Place

PLACES = 3

_STYLES = {"error": "red", "warning": "yellow"}


def counted(found: Iterable[Finding]) -> tuple[FindingCount, ...]:
    """Findings that are at hand, by code."""
    ordered = sorted(found, key=lambda finding: (finding.code, finding.severity))
    return tuple(
        FindingCount(code, severity, len(rows), tuple(rows))
        for (code, severity), group in groupby(ordered, key=lambda finding: (finding.code, finding.severity))
        if (rows := list(group))
    )


def blocks(counts: Sequence[FindingCount]) -> Iterator[RenderableType]:
    """Every code: how often, what is wrong, up to three places, what to do. What is the same is said once."""
    if not counts:
        return
    yield Text("Findings 问题", style="bold")
    for count in counts:
        examples = count.examples[:PLACES]
        head = Text.assemble((f"{count.code} {count.severity}", _STYLES.get(count.severity, "")))
        head.append(f" × {number(count.times)}")
        if _one_message(count):
            yield head.append(f": {examples[0].message}")
            if places := "; ".join(filter(None, map(_place, examples, (None, *examples)))):
                yield indented(places)
        else:
            yield head
            for example in examples:
                place = _place(example, None)
                yield indented(f"{place}: {example.message}" if place else example.message)
        for hint in dict.fromkeys(example.hint for example in examples if example.hint):
            yield indented(f"→ {hint}")


def lines(counts: Sequence[FindingCount], place: Place) -> Iterator[RenderableType]:
    """One line a code, and where all of them are."""
    if not counts:
        return
    table = plain_table("Findings 问题", ("code", "left"), ("severity", "left"), ("count", "right"), ("what", "fold"))
    for count in counts:
        message = count.examples[0].message if count.examples else ""
        more = "" if _one_message(count) else ", and others"
        style = _STYLES.get(count.severity, "")
        table.add_row(count.code, Text(count.severity, style=style), number(count.times), Text(message + more))
    yield table
    where = f"{place.folder}/findings.csv" if place.folder else "`drgcalc check` with the same options"
    yield Text(f"All of them, with file and row: {where}")


def _one_message(count: FindingCount) -> bool:
    return len({example.message for example in count.examples}) == 1


def _place(finding: Finding, before: Finding | None) -> str:
    """Where a finding is and what was there; the file is left out when it is that of the place named before."""
    file = "" if before is not None and finding.row and before.file == finding.file else finding.file
    where = " ".join(filter(None, (file, f"row {finding.row}" if finding.row else "")))
    cell = f"{finding.field}={finding.value}" if finding.field and finding.value else finding.value
    return ": ".join(filter(None, (where, cell)))
