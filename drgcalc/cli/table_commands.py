"""Commands that work on schemes (table folders)."""

from __future__ import annotations

import click


@click.group()
def tables() -> None:
    """Look at, import, check and compare schemes (分组方案)."""
