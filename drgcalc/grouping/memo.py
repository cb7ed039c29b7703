"""A function of small numbers, asked for whole columns of them and computed once for each distinct row.

What is known stands in columns that are one open hash table: a row stands at the place its hash names, or at the first
free one behind it. So to look up a column takes a few passes over it, however much is known already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import polars as pl

from drgcalc.base.errors import RulesError

Row: TypeAlias = tuple[int, ...]

MOST_REMEMBERED = 2_000_000
"""Rows that memos of one engine may know before they should forget; each takes some tens of bytes."""
_BITS = 63
_FREE = -1
_FEWEST_PLACES = 1 << 10
_PLACES_A_ROW = 3
"""The table has at least so many places for each row it knows: few rows are then elsewhere than at their first."""


class Memo:
    """What a function of one, two or three whole numbers gives for the rows met so far.

    A row is a number below 2^63, a pair below 2^31 each or three below 2^21 each; none is negative.
    """

    _keys: pl.Series
    _values: pl.Series
    _mask: int

    def __init__(self, compute: Callable[[Sequence[Row]], Sequence[int]]) -> None:
        self._compute = compute
        self.forget()

    @classmethod
    def one_by_one(cls, compute: Callable[..., int]) -> Memo:
        """A memo whose function is computed for one row at a time."""
        return cls(lambda rows: [compute(*row) for row in rows])

    def __len__(self) -> int:
        """How many rows are known."""
        return self._count

    def forget(self) -> None:
        """Know nothing any more."""
        self._count = 0
        self._clear(_FEWEST_PLACES)

    def of(self, *columns: pl.Series) -> pl.Series:
        """The value for each row, Int32. Raises RulesError for numbers that do not fit into a key."""
        keys = _packed(columns)
        values, new = self._look_up(keys)
        if len(new):
            asked = keys[new]
            self._learn(asked.unique().sort(), len(columns))
            values = values.scatter(new, self._look_up(asked)[0])
        return values

    def _look_up(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The value for each key, and the positions of keys that are not known: their values mean nothing."""
        places = self._first_places(keys)
        values, there = self._values[places], self._keys[places]
        at = (there != keys).arg_true()
        new = [at.clear()]
        keys, places, there = keys[at], places[at], there[at]
        while len(at):
            new.append(at.filter(there == _FREE))
            at, keys, places = (column.filter(there != _FREE) for column in (at, keys, places))
            places = self._next(places)
            there = self._keys[places]
            met = there == keys
            values = values.scatter(at.filter(met), self._values[places.filter(met)])
            at, keys, places, there = (column.filter(~met) for column in (at, keys, places, there))
        return values, pl.concat(new)

    def _learn(self, new: pl.Series, width: int) -> None:
        values = pl.Series(self._compute(_unpacked(new, width)), dtype=pl.Int32)
        self._count += len(new)
        if _PLACES_A_ROW * self._count > len(self._keys):
            taken = self._keys != _FREE
            keys, found = self._keys.filter(taken), self._values.filter(taken)
            self._clear(1 << (2 * _PLACES_A_ROW * self._count).bit_length())
            self._enter(keys, found)
        self._enter(new, values)

    def _enter(self, keys: pl.Series, values: pl.Series) -> None:
        """Give every key the first free place from that of its hash on; of several that want one the first gets it."""
        places = self._first_places(keys)
        while len(keys):
            enters = (self._keys[places] == _FREE) & places.is_first_distinct()
            self._keys = self._keys.scatter(places.filter(enters), keys.filter(enters))
            self._values = self._values.scatter(places.filter(enters), values.filter(enters))
            keys, values, places = (column.filter(~enters) for column in (keys, values, places))
            places = self._next(places)

    def _next(self, places: pl.Series) -> pl.Series:
        return (places + 1) & self._mask

    def _first_places(self, keys: pl.Series) -> pl.Series:
        return (keys.hash() & self._mask).cast(pl.UInt32)

    def _clear(self, size: int) -> None:
        """An empty table of `size` places, a power of two."""
        self._mask = size - 1
        self._keys = pl.repeat(_FREE, size, dtype=pl.Int64, eager=True)
        self._values = pl.zeros(size, dtype=pl.Int32, eager=True)


def _packed(columns: Sequence[pl.Series]) -> pl.Series:
    """The columns as one column of keys."""
    if len(columns) == 1:
        return columns[0].cast(pl.Int64)
    base = 1 << _BITS // len(columns)
    if any((column.max() or 0) >= base for column in columns):  # type: ignore[operator]
        raise RulesError(
            f"the scheme tells more than {base:,} kinds of records apart",
            hint="check the scheme: no official one comes near that number",
        )
    keys = columns[0].cast(pl.Int64)
    for column in columns[1:]:
        keys = keys * base + column
    return keys


def _unpacked(keys: pl.Series, width: int) -> list[Row]:
    """The rows of numbers that keys stand for."""
    bits = _BITS // width
    parts = [(keys // (1 << bits * place)) % (1 << bits) for place in reversed(range(width))] if width > 1 else [keys]
    return list(zip(*(part.to_list() for part in parts), strict=True))
