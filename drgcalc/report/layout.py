"""How tables and numbers look everywhere."""

from __future__ import annotations

from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def money(amount: Decimal) -> str:
    """1,234,567.80"""
    return format(amount, ",.2f")


def number(value: int | Decimal) -> str:
    """A count, or points with their decimals, with separators."""
    return format(value, ",d" if isinstance(value, int) else ",f")


def plain_table(title: str, *columns: tuple[str, str]) -> Table:
    """A table whose "fold" columns wrap and whose numbers never do."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name, kind in columns:
        if kind == "fold":
            table.add_column(name, overflow="fold")
        else:
            table.add_column(name, justify="right" if kind == "right" else "left", no_wrap=kind == "right")
    return table


def indented(text: str) -> Padding:
    """A text under what it belongs to; lines that wrap are indented too."""
    return Padding(Text(text, overflow="fold"), (0, 0, 0, 4))
