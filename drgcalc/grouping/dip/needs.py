"""Code expressions made ready to run: every distinct code, range or `*` of a directory is a numbered *leaf*.

What a code of a record is to a directory is the set of leaves it meets, found once for each code. An expression is then
asked with sets of numbers, never with texts. How well it is met is a *reach*: the number of codes that had to come
together, and how closely they were named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from drgcalc.grouping.dip.expression import AllOf, AnyOf, Anything, Code, Expression, Leaf, Span, leaves, matches
from drgcalc.grouping.facts import Numbering

Hits = frozenset[int]
NO_HITS: Hits = frozenset()


class Reach(NamedTuple):
    """How well an expression is met; compared in this order. closeness: of the leaves that had to hold, added up."""

    codes: int
    closeness: int


UNASKED = Reach(0, 0)


@dataclass(frozen=True)
class Either:
    """One of single leaves (with their closeness) or one of the combinations."""

    singles: Mapping[int, int]
    combinations: tuple[Every, ...]

    def best(self, hits: Hits) -> Reach | None:
        """The best way in which it is met by codes that together meet `hits`; None when it is not."""
        near = max((self.singles[leaf] for leaf in self.singles.keys() & hits), default=None)
        found = [] if near is None else [Reach(1, near)]
        found += [reach for part in self.combinations if (reach := part.best(hits)) is not None]
        return max(found, default=None)

    def best_led(self, hits: Hits, leading: Hits) -> Reach | None:
        """The best way in which it is met with a code that meets `leading` taking part."""
        near = max((self.singles[leaf] for leaf in self.singles.keys() & leading), default=None)
        found = [] if near is None else [Reach(1, near)]
        found += [reach for part in self.combinations if (reach := part.best_led(hits, leading)) is not None]
        return max(found, default=None)

    def met(self, hits: Hits) -> Hits:
        """The leaves of all that holds."""
        found = frozenset(self.singles.keys() & hits)
        return found.union(*(part.met(hits) for part in self.combinations))


@dataclass(frozen=True)
class Every:
    """All of the parts."""

    parts: tuple[Either, ...]

    def best(self, hits: Hits) -> Reach | None:
        """As Either.best."""
        found = []
        for part in self.parts:
            reach = part.best(hits)
            if reach is None:
                return None
            found.append(reach)
        return _sum(found)

    def best_led(self, hits: Hits, leading: Hits) -> Reach | None:
        """As Either.best_led: one part is led, the others are met as well as they can be."""
        free = [part.best(hits) for part in self.parts]
        if None in free:
            return None
        ways = []
        for place, part in enumerate(self.parts):
            led = part.best_led(hits, leading)
            if led is not None:
                others = (reach for other, reach in enumerate(free) if reach is not None and other != place)
                ways.append(_sum((led, *others)))
        return max(ways, default=None)

    def met(self, hits: Hits) -> Hits:
        """As Either.met; nothing when a part is not met."""
        found = [part.met(hits) for part in self.parts]
        return NO_HITS.union(*found) if all(found) else NO_HITS


class Need(NamedTuple):
    """An expression over numbered leaves, all of which are in `leaves`."""

    tree: Either
    leaves: Hits


class LeafBook:
    """The distinct leaves of the expressions of a directory, numbered."""

    def __init__(self) -> None:
        self._leaves = Numbering[Leaf]()
        self._prefixes: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()
        self._others: list[tuple[Leaf, int]] = []
        self._known: dict[str, Hits] = {"": NO_HITS}

    def need(self, expression: Expression | None) -> Need | None:
        """The expression over leaves of this book; None for one that asks nothing. All of them before any `hits`."""
        if expression is None:
            return None
        return Need(self._either(expression), frozenset(map(self._number, leaves(expression))))

    def hits(self, code: str) -> Hits:
        """The leaves that a code meets."""
        if code not in self._known:
            above = (self._prefixes.get(code[:length]) for length in self._lengths)
            found = {number for number in above if number is not None}
            found.update(number for leaf, number in self._others if matches(leaf, code))
            self._known[code] = frozenset(found)
        return self._known[code]

    def _number(self, leaf: Leaf) -> int:
        before = len(self._leaves)
        number = self._leaves.number(leaf)
        if number == before:
            if isinstance(leaf, Code):
                self._prefixes[leaf.code] = number
                self._lengths = tuple(sorted({*self._lengths, len(leaf.code)}))
            else:
                self._others.append((leaf, number))
        return number

    def _either(self, expression: Expression) -> Either:
        match expression:
            case AnyOf(parts):
                branches = [self._either(part) for part in parts]
                singles = {leaf: near for branch in branches for leaf, near in branch.singles.items()}
                return Either(singles, tuple(one for branch in branches for one in branch.combinations))
            case AllOf(parts):
                return Either({}, (Every(tuple(self._either(part) for part in parts)),))
            case _:
                return Either({self._number(expression): closeness(expression)}, ())


def closeness(leaf: Leaf) -> int:
    """How closely a leaf names a code: longer codes more closely, a range a little more than what its ends share."""
    match leaf:
        case Anything():
            return 0
        case Code(code):
            return 2 * len(code)
        case Span(first, last):
            return 2 * sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=True))) + 1


def _sum(reaches: Iterable[Reach]) -> Reach:
    codes, near = zip(*reaches, strict=True)
    return Reach(sum(codes), sum(near))
