"""The conservation statement as a bureau would publish it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from drgcalc.report.layout import indented, money, plain_table
from drgcalc.report.proof_model import Proven
from drgcalc.settlement.conservation import FROM, TO, Conservation

_SIDES = {FROM: "from 来源", TO: "to 去向"}


def proven(result: Proven) -> Iterator[RenderableType]:
    """Every pool: where the money came from, who has it, and that both are the same."""
    yield Text(f"{result.region} {result.period}: conservation statement 基金守恒声明", style="bold")
    for pool in result.pools:
        yield from _pool(pool)
    yield Text(f"From {result.folder}; ledger.csv has SHA-256 {result.document}", overflow="fold")


def _pool(pool: Conservation) -> Iterator[RenderableType]:
    table = plain_table(f"Pool 基金池 {pool.pool}, yuan", ("", "left"), ("account", "fold"), ("amount", "right"))
    for line in pool.lines:
        table.add_row(_SIDES[line.side], Text(f"{line.label} {line.account}"), money(line.amount))
    yield table
    yield Text(f"{money(pool.given)} given = {money(pool.received)} received; difference 0.00.")
    if not pool.closing:
        yield Text("Closing 余差处理: points left nothing over.")
        return
    yield Text("Closing 余差处理:")
    for words in pool.closing:
        yield indented(words)
