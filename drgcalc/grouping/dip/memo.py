"""A function of whole numbers over columns of them, computed once for each distinct number and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


class BoundedMemo:
    """What a function gives for numbers met so far. `forget` empties it, so that memory does not grow with records."""

    def __init__(self, compute: Callable[[int], int]) -> None:
        self._compute = compute
        self.forget()

    def __len__(self) -> int:
        """How many numbers are known."""
        return len(self._keys)

    def forget(self) -> None:
        """Know nothing any more."""
        self._keys = pl.Series([], dtype=pl.Int64)
        self._values = pl.Series([], dtype=pl.Int32)

    def of(self, keys: pl.Series) -> pl.Series:
        """The value for each key, Int32."""
        values = self._look_up(keys)
        if not values.null_count():
            return values
        new = keys.filter(values.is_null()).unique().sort()
        found = pl.Series([self._compute(key) for key in new.to_list()], dtype=pl.Int32)
        self._keys, self._values = pl.concat([self._keys, new]), pl.concat([self._values, found])
        return self._look_up(keys)

    def _look_up(self, keys: pl.Series) -> pl.Series:
        return keys.replace_strict(self._keys, self._values, default=None, return_dtype=pl.Int32)


MOST_REMEMBERED = 2_000_000
"""Numbers remembered before all of them are forgotten; each takes some tens of bytes."""
STRIDE = 1 << 32
"""What the higher number of a pair is multiplied by."""


def paired(high: pl.Series, low: pl.Series) -> pl.Series:
    """Two columns of numbers below 2^31 as one column of keys; `parted` undoes it."""
    return high.cast(pl.Int64) * STRIDE + low.cast(pl.Int64)


def parted(key: int) -> tuple[int, int]:
    """The two numbers of a key."""
    return divmod(key, STRIDE)
