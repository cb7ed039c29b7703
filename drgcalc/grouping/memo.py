"""A function of small numbers, asked for whole columns of them and computed once for each distinct row.

What is known stands in columns. While the numbers are so small that every row can have a place of its own, a row stands
at the place that its numbers spell; else the columns are an open hash table: a row stands at the place its hash names,
or at the first free one behind it. So to look up a column takes a few passes over it, however much is known already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

import polars as pl

from drgcalc.base.errors import RulesError

Row: TypeAlias = tuple[int, ...]

MOST_REMEMBERED = 2_000_000
"""Rows that memos of one engine may know before they should forget; each takes some tens of bytes."""
_BITS = 63
_SPELT_BITS = 20
"""Rows whose numbers have no more bits together are looked up where they spell: so much memory a memo may take."""
_FREE = -1
_UNKNOWN = -(1 << 31)
_FEWEST_PLACES = 1 << 10
_PLACES_A_ROW = 3
"""The hash table has at least so many places for each row it knows: few rows are then elsewhere than at their first."""


class Memo:
    """What a function of one, two or three whole numbers gives for the rows met so far.

    A row is a number below 2^63, a pair below 2^31 each or three below 2^21 each; none is negative. What the function
    gives is above -2^31.
    """

    _table: _Spelt | _Hashed

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
        self._widths: tuple[int, ...] = ()
        self._table = _Spelt(0)

    def of(self, *columns: pl.Series) -> pl.Series:
        """The value for each row, Int32. Raises RulesError for numbers that do not fit into a key."""
        self._widen(columns)
        keys = self._packed(columns)
        values, new = self._table.look_up(keys)
        if len(new):
            asked = keys[new]
            self._learn(asked.unique().sort())
            values = values.scatter(new, self._table.look_up(asked)[0])
        return values

    def _widen(self, columns: Sequence[pl.Series]) -> None:
        """Take up wider numbers than there were; what is known moves with them."""
        known = self._widths or (0,) * len(columns)
        most: list[int] = [column.max() or 0 for column in columns]  # type: ignore[misc]
        widths = tuple(max(width, number.bit_length()) for width, number in zip(known, most, strict=True))
        if widths == self._widths:
            return
        if max(widths) > _BITS // len(widths):
            raise RulesError(
                f"the scheme tells more than {1 << _BITS // len(widths):,} kinds of records apart",
                hint="check the scheme: no official one comes near that number",
            )
        if isinstance(self._table, _Hashed):
            self._widths = widths
            return
        keys, values = self._table.known()
        rows = self._unpacked(keys)
        self._widths = widths
        self._table = _Spelt(sum(widths)) if sum(widths) <= _SPELT_BITS else _Hashed()
        if self._count:
            self._table.enter(self._packed(rows), values)

    def _learn(self, new: pl.Series) -> None:
        rows = list(zip(*(column.to_list() for column in self._unpacked(new)), strict=True))
        self._count += len(new)
        self._table.enter(new, pl.Series(self._compute(rows), dtype=pl.Int32))

    def _packed(self, columns: Sequence[pl.Series]) -> pl.Series:
        """The columns as one column of keys, as the table wants them."""
        keys = columns[0].cast(self._table.KEY)
        for column, bits in zip(columns[1:], self._key_bits()[1:], strict=True):
            keys = keys * (1 << bits) + column.cast(self._table.KEY)
        return keys

    def _unpacked(self, keys: pl.Series) -> list[pl.Series]:
        """The columns of numbers that keys stand for."""
        columns = []
        for bits in reversed(self._key_bits()[1:]):
            columns.append(keys % (1 << bits))
            keys = keys // (1 << bits)
        return [keys, *reversed(columns)]

    def _key_bits(self) -> Sequence[int]:
        if isinstance(self._table, _Spelt):
            return self._widths
        return [_BITS // len(self._widths)] * len(self._widths)


class _Spelt:
    """Values at the places that keys are; `bits`: of the widest key."""

    KEY: ClassVar[pl.DataType] = pl.UInt32()

    def __init__(self, bits: int) -> None:
        self._values = pl.repeat(_UNKNOWN, 1 << bits, dtype=pl.Int32, eager=True)

    def look_up(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The value for each key, and the positions of keys that are not known: their values mean nothing."""
        values = self._values.gather(keys)
        return values, (values == _UNKNOWN).arg_true()

    def enter(self, keys: pl.Series, values: pl.Series) -> None:
        """Know these too."""
        self._values = self._values.scatter(keys, values)

    def known(self) -> tuple[pl.Series, pl.Series]:
        """All keys that are known, and their values."""
        keys = (self._values != _UNKNOWN).arg_true()
        return keys, self._values.gather(keys)


class _Hashed:
    """Keys and values at the places that hashes of the keys name, or behind them."""

    KEY: ClassVar[pl.DataType] = pl.Int64()
    _keys: pl.Series
    _values: pl.Series
    _mask: int

    def __init__(self) -> None:
        self._count = 0
        self._clear(_FEWEST_PLACES)

    def look_up(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
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

    def enter(self, keys: pl.Series, values: pl.Series) -> None:
        """Know these too."""
        self._count += len(keys)
        if _PLACES_A_ROW * self._count > len(self._keys):
            taken = self._keys != _FREE
            before = self._keys.filter(taken), self._values.filter(taken)
            self._clear(1 << (2 * _PLACES_A_ROW * self._count).bit_length())
            self._place(*before)
        self._place(keys, values)

    def _place(self, keys: pl.Series, values: pl.Series) -> None:
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
