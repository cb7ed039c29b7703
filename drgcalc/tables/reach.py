"""Whether a rule can ever hold, and whether one rule holds whenever another does.

Both answers are safe: "impossible" and "implied" are only said when they follow from the codes of the sets and the
bounds of the numbers; where they cannot be proved, the rule counts as possible and as not implied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from drgcalc.grouping.facts import is_prefix
from drgcalc.grouping.rules import VIRTUAL_SETS, And, Compare, Constant, Count, Member, Not, Or, Rule
from drgcalc.grouping.scheme import CodeSet

SINGLE_FIELDS = ("ZYZD", "ZYSS")


class Codes(NamedTuple):
    """Codes and category prefixes (without their *): everything that a set holds."""

    exact: frozenset[str]
    prefixes: frozenset[str]

    def covers(self, code: str) -> bool:
        """Whether the code, or everything that begins so, is held by one of the prefixes."""
        return any(code[:end] in self.prefixes for end in range(len(code) + 1)) if self.prefixes else False

    def includes(self, other: Codes) -> bool:
        """Whether everything `other` holds is held here, as far as single entries show it."""
        return all(map(self.covers, other.prefixes)) and all(map(self.covers, other.exact - self.exact))

    def meets(self, other: Codes) -> Codes:
        """What both hold."""
        exact = self.exact & other.exact
        exact |= frozenset(filter(self.covers, other.exact)) | frozenset(filter(other.covers, self.exact))
        prefixes = frozenset(filter(self.covers, other.prefixes)) | frozenset(filter(other.covers, self.prefixes))
        return Codes(exact, prefixes)

    def without(self, other: Codes) -> Codes:
        """What is held here and not by `other`; a prefix that `other` holds in part stays whole."""
        exact = frozenset(code for code in self.exact - other.exact if not other.covers(code))
        return Codes(exact, frozenset(prefix for prefix in self.prefixes if not other.covers(prefix)))

    def __bool__(self) -> bool:
        """Whether anything is held."""
        return bool(self.exact or self.prefixes)


def codes_of(listed: Iterable[str]) -> Codes:
    """Codes as tables list them, where a category prefix ends in *."""
    held = set(listed)
    prefixes = {code for code in held if is_prefix(code)}
    return Codes(frozenset(held - prefixes), frozenset(prefix[:-1] for prefix in prefixes))


class Range(NamedTuple):
    """Values of a scalar between bounds; `low_open`: the bound itself is outside. None: no bound."""

    low: Decimal | None = None
    low_open: bool = False
    high: Decimal | None = None
    high_open: bool = False

    def meets(self, other: Range) -> Range:
        """The values of both."""
        low, low_open = max(
            (item for item in ((self.low, self.low_open), (other.low, other.low_open)) if item[0] is not None),
            default=(None, False),
        )
        highs = [(item.high, item.high_open) for item in (self, other) if item.high is not None]
        high, shut = min(((value, not is_open) for value, is_open in highs if value is not None), default=(None, True))
        return Range(low, low_open, high, not shut)

    def is_empty(self) -> bool:
        """Whether no value is left."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


def range_of(rule: Compare) -> Range:
    """The values for which a comparison holds."""
    match rule.op:
        case ">=" | ">":
            return Range(low=rule.number, low_open=rule.op == ">")
        case "<=" | "<":
            return Range(high=rule.number, high_open=rule.op == "<")
        case _:
            return Range(rule.number, False, rule.number, False)


class Reasoner:
    """Answers about the rules of one scheme; remembers the codes of each combination of sets."""

    def __init__(self, sets: Mapping[str, CodeSet]) -> None:
        self._sets = sets
        self._codes: dict[tuple[str, ...], Codes] = {}
        self._included: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}

    def codes(self, names: tuple[str, ...]) -> Codes:
        """All codes of the sets. A set that does not exist holds nothing."""
        if names not in self._codes:
            known = [self._sets[name].codes for name in names if name in self._sets]
            self._codes[names] = codes_of(code for codes in known for code in codes if code)
        return self._codes[names]

    def possible(self, rules: Iterable[Rule]) -> bool:
        """Whether some record could make all the rules hold at once."""
        return self._possible(list(rules), {}, {})

    def _possible(self, waiting: list[Rule], fields: dict[str, Codes], scalars: dict[str, Range]) -> bool:
        fields, scalars = dict(fields), dict(scalars)
        branches: list[Or] = []
        exceptions: list[Member] = []
        while waiting:
            match waiting.pop():
                case Constant(holds):
                    if not holds:
                        return False
                case And(parts):
                    waiting.extend(parts)
                case Or() as branch:
                    branches.append(branch)
                case Member() as member:
                    if not self._narrow(member, fields):
                        return False
                case Not(Member() as member) if not set(member.sets) & set(VIRTUAL_SETS):
                    exceptions.append(member)
                case Compare() as comparison:
                    left = scalars.get(comparison.field, Range()).meets(range_of(comparison))
                    if left.is_empty():
                        return False
                    scalars[comparison.field] = left
                case _:
                    continue
        for member in exceptions:
            for name in set(member.fields) & set(fields):
                fields[name] = fields[name].without(self.codes(member.sets))
                if not fields[name]:
                    return False
        if not branches:
            return True
        first, *rest = branches
        return any(self._possible([part, *rest, *map(Not, exceptions)], fields, scalars) for part in first.parts)

    def _narrow(self, member: Member, fields: dict[str, Codes]) -> bool:
        """Narrow the codes that a single-valued field may have; false when none is left."""
        if set(member.sets) & set(VIRTUAL_SETS):
            return True
        codes = self.codes(member.sets)
        if len(member.fields) > 1 or member.fields[0] not in SINGLE_FIELDS:
            return bool(codes)
        name = member.fields[0]
        fields[name] = fields[name].meets(codes) if name in fields else codes
        return bool(fields[name])

    def implies(self, rule: Rule, other: Rule) -> bool:
        """Whether `other` holds for every record for which `rule` holds."""
        if rule == other:
            return True
        match rule, other:
            case (_, Constant(True)) | (Constant(False), _):
                return True
            case _, And(parts):
                return all(self.implies(rule, part) for part in parts)
            case Or(parts), _:
                return all(self.implies(part, other) for part in parts)
            case And(parts), Or(options):
                return any(self.implies(part, other) for part in parts) or any(
                    self.implies(rule, option) for option in options
                )
            case _, Or(options):
                return any(self.implies(rule, option) for option in options)
            case And(parts), _:
                return any(self.implies(part, other) for part in parts)
            case Member(), Member():
                return set(rule.fields) <= set(other.fields) and self._includes(other.sets, rule.sets)
            case Compare(), Compare():
                both = range_of(rule).meets(range_of(other))
                return rule.field == other.field and both == range_of(rule)
            case Count(), Member() if rule.op in (">=", ">", "=") and (rule.op == ">" or rule.number > 0):
                return set(rule.fields) <= set(other.fields) and self._includes(other.sets, (rule.set_id,))
            case Not(part), Not(whole):
                return self.implies(whole, part)
            case _:
                return False

    def _includes(self, wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
        virtual = set(narrower) & set(VIRTUAL_SETS)
        if not virtual <= set(wider):
            return False
        key = wider, narrower
        if key not in self._included:
            self._included[key] = self.codes(wider).includes(self.codes(narrower))
        return self._included[key]
