"""Answers to many records: few texts, many rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def enumerated(texts: Sequence[str | None]) -> pl.Series:
    """Texts as an enumeration: numbers to take for many rows, the texts themselves kept once."""
    return pl.Series(texts, dtype=pl.Enum(list(dict.fromkeys(text for text in texts if text is not None))))
