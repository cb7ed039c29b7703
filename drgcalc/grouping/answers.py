"""Answers to many records: few texts, many rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def enumerated(texts: Sequence[str | None]) -> pl.Series:
    """Texts as an enumeration: numbers to take for many rows, the texts themselves kept once."""
    return pl.Series(texts, dtype=pl.Enum(list(dict.fromkeys(text for text in texts if text is not None))))


def of_part(answers: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """The answers with these numbers, row by row; enumerations hold the texts that stand there, in order, and no other.

    What is written of a part must not show what was met in parts before: a run that takes those over has not met it.
    """
    met = pl.zeros(len(answers), dtype=pl.Boolean, eager=True).scatter(numbers, values=True).arg_true()
    few = answers[met]
    texts = {name: few[name].cast(pl.String) for name, type_ in few.schema.items() if isinstance(type_, pl.Enum)}
    few = few.with_columns(column.cast(pl.Enum(column.drop_nulls().unique().sort())) for column in texts.values())
    places = pl.zeros(len(answers), dtype=pl.UInt32, eager=True)
    places = places.scatter(met, pl.int_range(len(met), dtype=pl.UInt32, eager=True))
    return few[places.gather(numbers)]
