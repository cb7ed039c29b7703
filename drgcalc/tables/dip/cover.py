"""When one code expression takes everything that another takes: for rows of a directory that can never win."""

from __future__ import annotations

from collections.abc import Collection

from drgcalc.grouping.dip.expression import Anything, Code, Expression, Leaf, Span, alternatives

MOST_ALTERNATIVES = 500


def leaf_covers(wide: Leaf, narrow: Leaf) -> bool:
    """Whether every code that `narrow` means is one that `wide` means."""
    match wide, narrow:
        case Anything(), _:
            return True
        case Code(code), Code(own):
            return own.startswith(code)
        case Code(code), Span(first, last):
            return first.startswith(code) and last.startswith(code)
        case Span(first, last), Code(own):
            return len(own) >= len(first) and first <= own[: len(first)] <= last
        case Span(first, last), Span(own_first, own_last):
            size = len(first)
            return len(own_first) >= size and first <= own_first[:size] and own_last[:size] <= last
        case _:
            return False


def covers(wide: Expression, narrow: Expression) -> bool:
    """Whether `wide` holds whenever `narrow` does; false also when that takes too many alternatives to tell."""
    wider, narrower = alternatives(wide, MOST_ALTERNATIVES), alternatives(narrow, MOST_ALTERNATIVES)
    if wider is None or narrower is None:
        return False
    return all(any(_row_covers(row, own) for row in wider) for own in narrower)


def _row_covers(wide: Collection[Leaf], narrow: Collection[Leaf]) -> bool:
    return all(any(leaf_covers(asked, given) for given in narrow) for asked in wide)
