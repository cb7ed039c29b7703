"""Work in stages, each beside the others: while one part is read, the one before is grouped, the one before written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

WAITING = 2
"""Parts that may be on the belt: more would only take memory."""


class Belt(Generic[In, Out]):
    """Takes parts in order, makes something of each, and gives that away in the same order.

    `make` and `give` each run in a thread of their own. What either raises comes out of `put`, or at the end; nothing
    is given away behind it.
    """

    def __init__(self, make: Callable[[In], Out], give: Callable[[Out], None]) -> None:
        self._make, self._give = make, give
        self._maker, self._giver = (ThreadPoolExecutor(max_workers=1) for _ in range(2))
        self._given: deque[Future[None]] = deque()

    def put(self, part: In) -> None:
        """Lay a part on the belt; waits while it is full."""
        if len(self._given) == WAITING:
            self._given.popleft().result()
        made = self._maker.submit(self._make, part)
        before = self._given[-1] if self._given else None
        self._given.append(self._giver.submit(self._give_behind, before, made))

    def _give_behind(self, before: Future[None] | None, made: Future[Out]) -> None:
        """Give away what was made, unless that failed for the one before."""
        if before is not None:
            before.result()
        self._give(made.result())

    def finish_making(self) -> None:
        """Wait until of every part something is made; the last may still be given away. Nothing can be put any more."""
        self._maker.shutdown()

    def __enter__(self) -> Belt[In, Out]:
        """The belt itself; threads start when there is work for them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is on the belt; after an error nothing that has not begun is begun."""
        for worker in (self._maker, self._giver):
            worker.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for given in self._given:
                given.result()
