"""The codes that a scheme knows: what written codes are compared with. A scheme of any kind offers such a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class CodeList:
    """The codes of one kind that a scheme names.

    exact: codes. categories: beginnings that stand for all codes with them. spans: first and last of such beginnings.
    """

    def __init__(
        self, exact: Iterable[str] = (), categories: Iterable[str] = (), spans: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._exact = frozenset(exact)
        self._categories = frozenset(categories)
        self._lengths = sorted({len(category) for category in self._categories})
        self._spans = tuple(sorted(spans))

    def names(self, code: str) -> bool:
        """Whether the scheme names this very code."""
        return code in self._exact

    def holds(self, code: str) -> bool:
        """Whether the scheme names the code or a category above it."""
        return (
            code in self._exact
            or any(code[:length] in self._categories for length in self._lengths)
            or any(first <= code[: len(first)] <= last for first, last in self._spans if len(code) >= len(first))
        )


class KnownCodes(NamedTuple):
    """The lists of a scheme."""

    diagnoses: CodeList
    procedures: CodeList


NO_CODES = KnownCodes(CodeList(), CodeList())
"""What is known where no scheme is at hand: nothing can be proposed."""
