"""What the elements of each record come to together: a state that grows element by element, each step computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

import polars as pl

from drgcalc.grouping.facts import Numbering, Value
from drgcalc.grouping.memo import Memo


class Gathering(Generic[Value]):
    """Numbered states of records; a record without elements is in state 0, which is `start`.

    add: the state after one more element, whose order must not matter.
    """

    def __init__(self, start: Value, add: Callable[[Value, int], Value]) -> None:
        self._start, self._add = start, add
        self._steps = Memo.one_by_one(self._step)
        self.forget()

    def __len__(self) -> int:
        """How many steps are known."""
        return len(self._steps)

    def forget(self) -> None:
        """Number states anew."""
        self._states = Numbering[Value](self._start)
        self._steps.forget()

    def of(self, at: pl.Series, elements: pl.Series, size: int, before: pl.Series | None = None) -> pl.Series:
        """The state of each of `size` records, Int32. at: the record of each element, ascending.

        before: states that the records are in already.
        """
        states = pl.zeros(size, dtype=pl.Int32, eager=True) if before is None else before
        while len(at):
            # A round takes one element of every record that has any left: few records have many.
            first = at != at.shift(1, fill_value=size)
            here = at.filter(first)
            states = states.scatter(here, self._steps.of(states[here], elements.filter(first)))
            at, elements = at.filter(~first), elements.filter(~first)
        return states

    def state(self, number: int) -> Value:
        """The state of that number."""
        return self._states.value(number)

    def states(self) -> int:
        """How many states there are."""
        return len(self._states)

    def _step(self, state: int, element: int) -> int:
        return self._states.number(self._add(self._states.value(state), element))
