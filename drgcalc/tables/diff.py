"""Two schemes compared: groups, rules word by word, orders, code sets, complications and what excludes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from drgcalc.grouping.rules import fold, parse
from drgcalc.grouping.scheme import AdrgRow, DrgRow, MdcRow, Scheme

_WORD = re.compile(r"\{[^{}]*\}|\w+|[<>]=|\S")

Level = Literal["mdc", "adrg", "drg"]
Key = tuple[str, ...]


class GroupChange(NamedTuple):
    """A group that was added, dropped or renamed. `key`: the codes that lead to it, outermost first."""

    level: Level
    key: str
    change: Literal["added", "dropped", "renamed"]
    old_name: str
    new_name: str


class Word(NamedTuple):
    """A stretch of a rule text: in both editions ("same"), only in the old or only in the new one."""

    state: Literal["same", "old", "new"]
    text: str


class RuleChange(NamedTuple):
    """A rule whose text differs; `same_meaning` when both texts read as the same rule (letter case, brackets)."""

    level: Level
    key: str
    old_rule: str
    new_rule: str
    words: tuple[Word, ...]
    same_meaning: bool


class OrderChange(NamedTuple):
    """The order of trial inside one scope, of the rows that both editions have, where it differs."""

    level: Level
    scope: str
    old_order: tuple[str, ...]
    new_order: tuple[str, ...]


class SetChange(NamedTuple):
    """The codes a set gained and lost. A set that only one edition has gained or lost all of its codes."""

    set_id: str
    kind: str
    change: Literal["added", "dropped", "changed"]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


class ComplicationChange(NamedTuple):
    """A diagnosis whose levels differ: "MCC", "CC", "MCC CC", or "" where it is no complication."""

    code: str
    old_level: str
    new_level: str


class ExclusionChange(NamedTuple):
    """A complication of one level in both editions, and the principal diagnoses that newly or no longer exclude it."""

    code: str
    level: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class SchemeDiff:
    """Everything that differs between two schemes; empty throughout when they group alike by the same texts."""

    old_id: str
    new_id: str
    groups: tuple[GroupChange, ...]
    rules: tuple[RuleChange, ...]
    orders: tuple[OrderChange, ...]
    sets: tuple[SetChange, ...]
    complications: tuple[ComplicationChange, ...]
    exclusions: tuple[ExclusionChange, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return any((self.groups, self.rules, self.orders, self.sets, self.complications, self.exclusions))


class _Levelled(NamedTuple):
    level: Level
    old: Mapping[Key, MdcRow | AdrgRow | DrgRow]
    new: Mapping[Key, MdcRow | AdrgRow | DrgRow]


def diff_schemes(old: Scheme, new: Scheme) -> SchemeDiff:
    """What `new` changes against `old`, each part in order of code.

    Exclusion tables are compared by what they exclude, not by their numbers, which editions give anew.
    """
    levels = (
        _Levelled("mdc", _by_key(old.mdc), _by_key(new.mdc)),
        _Levelled("adrg", _by_key(old.adrg), _by_key(new.adrg)),
        _Levelled("drg", _by_key(old.drg), _by_key(new.drg)),
    )
    return SchemeDiff(
        old.id,
        new.id,
        tuple(change for level in levels for change in _group_changes(level)),
        tuple(change for level in levels for change in _rule_changes(level)),
        tuple(change for level in levels for change in _order_changes(level)),
        tuple(_set_changes(old, new)),
        tuple(_complication_changes(old, new)),
        tuple(_exclusion_changes(old, new)),
    )


def compare_words(old: str, new: str) -> tuple[Word, ...]:
    """Two rule texts word by word, letter case and spaces apart; joined, the words of each state spell its text."""
    before, after = (_WORD.findall(fold(text)) for text in (old, new))
    matcher = SequenceMatcher(None, [word.upper() for word in before], [word.upper() for word in after], autojunk=False)
    words: list[Word] = []
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            words.append(Word("same", _spell(after[new_from:new_to])))
            continue
        if old_to > old_from:
            words.append(Word("old", _spell(before[old_from:old_to])))
        if new_to > new_from:
            words.append(Word("new", _spell(after[new_from:new_to])))
    return tuple(words)


def _spell(words: Iterable[str]) -> str:
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def _by_key(rows: Iterable[MdcRow | AdrgRow | DrgRow]) -> dict[Key, MdcRow | AdrgRow | DrgRow]:
    """Rows by the codes that lead to them; a code that stands twice in its scope gets a number: `BX15 (2)`."""
    found: dict[Key, MdcRow | AdrgRow | DrgRow] = {}
    for row in rows:
        *scope, code = _path(row)
        key, again = (*scope, code), 2
        while key in found:
            key, again = (*scope, f"{code} ({again})"), again + 1
        found[key] = row
    return found


def _path(row: MdcRow | AdrgRow | DrgRow) -> Key:
    match row:
        case DrgRow():
            return row.mdc, row.adrg, row.code
        case AdrgRow():
            return row.mdc, row.code
        case _:
            return (row.code,)


def _group_changes(level: _Levelled) -> Iterator[GroupChange]:
    for key in sorted({*level.old, *level.new}):
        before, after, name = level.old.get(key), level.new.get(key), " ".join(key)
        if before is None and after is not None:
            yield GroupChange(level.level, name, "added", "", after.name)
        elif after is None and before is not None:
            yield GroupChange(level.level, name, "dropped", before.name, "")
        elif before is not None and after is not None and fold(before.name) != fold(after.name):
            yield GroupChange(level.level, name, "renamed", before.name, after.name)


def _rule_changes(level: _Levelled) -> Iterator[RuleChange]:
    for key in sorted(level.old.keys() & level.new.keys()):
        before, after = level.old[key].rule, level.new[key].rule
        if fold(before).upper() != fold(after).upper():
            words = compare_words(before, after)
            yield RuleChange(level.level, " ".join(key), before, after, words, parse(before) == parse(after))


def _order_changes(level: _Levelled) -> Iterator[OrderChange]:
    common = level.old.keys() & level.new.keys()
    orders = [_orders(side, common) for side in (level.old, level.new)]
    for scope in sorted(orders[0]):
        if orders[0][scope] != orders[1][scope]:
            yield OrderChange(level.level, " ".join(scope), tuple(orders[0][scope]), tuple(orders[1][scope]))


def _orders(rows: Iterable[Key], common: set[Key]) -> dict[Key, list[str]]:
    orders: dict[Key, list[str]] = {}
    for key in rows:
        if key in common:
            orders.setdefault(key[:-1], []).append(key[-1])
    return orders


def _set_changes(old: Scheme, new: Scheme) -> Iterator[SetChange]:
    for set_id in sorted({*old.code_sets, *new.code_sets}):
        before, after = old.code_sets.get(set_id), new.code_sets.get(set_id)
        had, has = (side.codes if side else frozenset[str]() for side in (before, after))
        kind = (after or before or old.code_sets[set_id]).kind
        if before is None or after is None or had != has:
            change: Literal["added", "dropped", "changed"] = (
                "added" if before is None else "dropped" if after is None else "changed"
            )
            yield SetChange(set_id, kind, change, tuple(sorted(has - had)), tuple(sorted(had - has)))


def _complication_changes(old: Scheme, new: Scheme) -> Iterator[ComplicationChange]:
    before, after = _levels(old), _levels(new)
    for code in sorted({*before, *after}):
        if before.get(code, "") != after.get(code, ""):
            yield ComplicationChange(code, before.get(code, ""), after.get(code, ""))


def _levels(scheme: Scheme) -> dict[str, str]:
    levels: dict[str, list[str]] = {}
    for row in scheme.cc:
        levels.setdefault(row.code, []).append(row.level)
    return {code: " ".join(sorted(found, reverse=True)) for code, found in levels.items()}


def _exclusion_changes(old: Scheme, new: Scheme) -> Iterator[ExclusionChange]:
    before, after = ({(row.code, row.level): row.exclusion_set for row in side.cc} for side in (old, new))
    nothing = frozenset[str]()
    for code, level in sorted(before.keys() & after.keys()):
        had = old.exclusions.get(before[code, level], nothing)
        has = new.exclusions.get(after[code, level], nothing)
        if had != has:
            yield ExclusionChange(code, level, tuple(sorted(has - had)), tuple(sorted(had - has)))
