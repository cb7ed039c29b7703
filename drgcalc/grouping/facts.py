"""What the rules of a scheme can see of a record: classes of codes, positions of scalars, patterns.

A *class* is a set of codes that no rule can tell apart in one field. A *scale* is a scalar field cut at the numbers
that rules compare it with. A *pattern* is all of that for one record; records with the same pattern get the same
group, so each distinct pattern is answered once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from drgcalc.grouping.rules import Compare, Count, Member, Rule, walk

Owner = TypeVar("Owner", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)

MISSING = 0
LEVEL_BITS = {"CC": 1, "MCC": 2}


class CodeClass(NamedTuple):
    """The sets that rules ask about in this field and that hold the code; the code itself where rules count codes."""

    sets: frozenset[str]
    counted_as: str


NO_CLASS = CodeClass(frozenset(), "")


class Numbering(Generic[Value]):
    """Values numbered from 0 in the order in which they are first met."""

    def __init__(self, *values: Value) -> None:
        self._values = list(values)
        self._numbers = {value: number for number, value in enumerate(values)}

    def number(self, value: Value) -> int:
        """The number of the value, a new one if it was not met before."""
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
        return self._numbers[value]

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)

    def items(self) -> Iterable[tuple[Value, int]]:
        """Every value with its number."""
        return self._numbers.items()

    def value(self, number: int) -> Value:
        """The value with that number."""
        return self._values[number]

    def values(self) -> Sequence[Value]:
        """Every value, in the order of the numbers."""
        return self._values


class ClassBook:
    """The classes of one field, numbered from 0: class 0 is no code, or a code that no rule asks about."""

    def __init__(self, rules: Iterable[Rule], field: str) -> None:
        asked: set[str] = set()
        counted: set[str] = set()
        for part in _parts(rules):
            if isinstance(part, Member) and field in part.fields:
                asked.update(part.sets)
            elif isinstance(part, Count) and field in part.fields:
                counted.add(part.set_id)
        self._counted = frozenset(counted)
        self._asked = frozenset(asked) | self._counted
        self._classes = Numbering(NO_CLASS)
        self._of_sets: dict[frozenset[str], int] = {}

    def number(self, code: str, sets: frozenset[str]) -> int:
        """The number of the class of a code that belongs to these sets."""
        known = self._of_sets.get(sets)
        if known is not None:
            return known
        if not self._counted.isdisjoint(sets):
            return self._classes.number(CodeClass(sets & self._asked, code))
        self._of_sets[sets] = self._classes.number(CodeClass(sets & self._asked, ""))
        return self._of_sets[sets]

    def narrow(self, number: int, asked: ClassBook) -> int:
        """The number of the class that is left of a class when only what `asked` asks can matter."""
        seen = self.seen(number)
        kept = CodeClass(seen.sets & asked._asked, seen.counted_as if seen.sets & asked._counted else "")
        return self._classes.number(kept)

    def seen(self, number: int) -> CodeClass:
        """What rules can see of a code of that class."""
        return self._classes.value(number)


class Membership(Generic[Owner]):
    """Which owners (sets, exclusion tables, complications) hold a code, itself or by a category prefix (`I63*`)."""

    def __init__(self, owners: Mapping[Owner, Iterable[str]]) -> None:
        self._exact: dict[str, list[Owner]] = {}
        for owner, codes in owners.items():
            for code in codes:
                if code in self._exact:
                    self._exact[code].append(owner)
                else:
                    self._exact[code] = [owner]
        self._prefix = {code[:-1]: self._exact.pop(code) for code in prefixes_among(self._exact)}
        self._lengths = sorted({len(prefix) for prefix in self._prefix})

    def of(self, code: str) -> frozenset[Owner]:
        """Every owner that lists the code or a category above it."""
        found = set(self._exact.get(code, ()))
        for length in self._lengths:
            found.update(self._prefix.get(code[:length], ()))
        return frozenset(found)


def is_prefix(code: str) -> bool:
    """Whether a listed code is a category prefix. A dagger-asterisk pair (`A18.3+K93.0*`) is one exact code."""
    return code.endswith("*") and "+" not in code


def prefixes_among(codes: Iterable[str]) -> list[str]:
    """The category prefixes of a hundred thousand codes, few of which can be one."""
    return [code for code in codes if code.endswith("*") and is_prefix(code)]


class Scale(NamedTuple):
    """A scalar field and the sorted numbers it is compared with.

    Position 0 is a missing value; of the numbers n0 < n1 < …, a value equal to n_i stands at 2i + 2 and the values
    between two of them at the odd positions, so that no two values at one position answer a comparison differently.
    """

    field: str
    numbers: tuple[Decimal, ...]

    @property
    def size(self) -> int:
        """How many positions there are."""
        return 2 * len(self.numbers) + 2

    def positions_where(self, op: str, number: Decimal) -> range:
        """The positions at which a value compares so with one of the scale's numbers; never the missing one."""
        equal = 2 * self.numbers.index(number) + 2
        return {
            "<": range(1, equal),
            "<=": range(1, equal + 1),
            "=": range(equal, equal + 1),
            ">=": range(equal, self.size),
            ">": range(equal + 1, self.size),
        }[op]


def place_of(value: Decimal, scale: Scale) -> int:
    """The position of a value on a scale."""
    return 1 + sum((value > number) + (value >= number) for number in scale.numbers)


def scales_of(rules: Iterable[Rule]) -> tuple[Scale, ...]:
    """The scale of every scalar field that the rules compare, in order of the fields' names."""
    numbers: dict[str, set[Decimal]] = {}
    for part in _parts(rules):
        if isinstance(part, Compare):
            numbers.setdefault(part.field, set()).add(part.number)
    return tuple(Scale(field, tuple(sorted(found))) for field, found in sorted(numbers.items()))


class Pattern(NamedTuple):
    """The facts of a record: numbers of the fields' ClassBooks, level bits, packed positions on the scales."""

    principal: int
    main: int
    other_diagnoses: tuple[int, ...]
    other_procedures: tuple[int, ...]
    levels: int
    scalars: int


def pack(positions: Iterable[int], scales: Sequence[Scale]) -> int:
    """The positions on the scales as one mixed-radix number, the last scale lowest."""
    packed = 0
    for scale, position in zip(scales, positions, strict=True):
        packed = packed * scale.size + position
    return packed


def unpack(scalars: int, scales: Sequence[Scale]) -> list[int]:
    """The position on each scale: the inverse of `pack`."""
    positions = []
    for scale in reversed(scales):
        scalars, position = divmod(scalars, scale.size)
        positions.append(position)
    return positions[::-1]


def _parts(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield from walk(rule)
