"""What a directory still asks of a case once its principal diagnosis, and then its main procedure, are known.

    principal diagnosis -> class: the rows it opens, and how closely they name it
    class and main procedure -> situation: the rows that are still open, and what they ask of everything else

Classes are as many as the codes at most, situations as the classes times the main procedures that their rows name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from drgcalc.grouping.dip.matching import Directory, Layers, Open, by_layer
from drgcalc.grouping.dip.needs import NO_HITS, Hits
from drgcalc.grouping.dip.procedures import ProcedureRules
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import Numbering


class PrincipalClass(NamedTuple):
    """Principal diagnoses that a directory cannot tell apart.

    roles: what the procedures of each row of main_procedures.csv are beside them. leaves: of main procedures asked for.
    """

    excluded: bool
    ways: tuple[Open, ...]
    grassroots: tuple[Open, ...]
    roles: tuple[int, ...]
    leaves: Hits


class Situation(NamedTuple):
    """Cases of one class whose main procedures a directory cannot tell apart, and what it asks of them beside these.

    main: leaves that the main procedure meets, None when there is none. procedures, secondary: leaves asked for.
    """

    excluded: bool
    main: Hits | None
    layers: Layers
    grassroots: tuple[Open, ...]
    procedures: Hits
    secondary: Hits
    conditions: bool


class Situations:
    """Classes and situations of a directory, numbered as they are met."""

    def __init__(self, scheme: DipScheme) -> None:
        self.directory = Directory(scheme)
        self.rules = ProcedureRules(scheme)
        self._scheme = scheme
        self._classes = Numbering[tuple[object, ...]]()
        self._known_classes: list[PrincipalClass] = []
        self.forget()

    def forget(self) -> None:
        """Number situations anew, from 0."""
        self._numbers = Numbering[tuple[int, Hits | None]]()
        self._known: list[Situation] = []

    def class_of(self, principal: str) -> int:
        """The number of the class of a principal diagnosis."""
        made = self._class(principal)
        number = self._classes.number((made.excluded, _key(made.ways), _key(made.grassroots), made.roles))
        if number == len(self._known_classes):
            self._known_classes.append(made)
        return number

    def role(self, class_number: int, row: int) -> int:
        """What a procedure with that row of main_procedures.csv (by its place) is in the class."""
        return self._known_classes[class_number].roles[row]

    def number(self, class_number: int, main: str) -> int:
        """The number of the situation of cases of a class with that main procedure; "" when none counts."""
        known = self._known_classes[class_number]
        hits = self.directory.procedures.hits(main) & known.leaves if main else None
        number = self._numbers.number((class_number, hits))
        if number == len(self._known):
            self._known.append(self._situation(known, hits))
        return number

    def value(self, number: int) -> Situation:
        """The situation of that number."""
        return self._known[number]

    def asks(self, start: int) -> list[tuple[bool, bool, bool]]:
        """Of situations from `start` on, whether each asks for other procedures, other diagnoses, scalars."""
        return [(bool(one.procedures), bool(one.secondary), one.conditions) for one in self._known[start:]]

    def is_excluded(self, principal: str) -> bool:
        """Whether cases with that principal diagnosis are not grouped (不纳入分组的主要诊断)."""
        if self._scheme.options.excluded == "exact":
            return principal in self._scheme.excluded
        return any(principal[:length] in self._scheme.excluded for length in range(1, len(principal) + 1))

    def _class(self, principal: str) -> PrincipalClass:
        ways, grassroots = self.directory.open_to(principal), self.directory.grassroots_of(principal)
        asked = [one.way.main.leaves for one in (*ways, *grassroots) if one.way.main]
        asked += [one.way.related.leaves for one in ways if one.way.related and one.way.anywhere]
        roles = tuple(self.rules.role(row, principal) for row in self._scheme.main_procedures)
        return PrincipalClass(self.is_excluded(principal), ways, grassroots, roles, NO_HITS.union(*asked))

    def _situation(self, known: PrincipalClass, main: Hits | None) -> Situation:
        if known.excluded:
            return Situation(True, main, by_layer(()), (), NO_HITS, NO_HITS, False)
        ways = self._still_open(known.ways, main)
        grassroots = self._still_open(known.grassroots, main)
        procedures = [one.way.main.leaves for one in (*ways, *grassroots) if one.way.main and _asks_others(one)]
        if self._scheme.options.related != "ignored":
            procedures += [one.way.related.leaves for one in ways if one.way.related]
        return Situation(
            False,
            main,
            by_layer(ways),
            grassroots,
            NO_HITS.union(*procedures),
            NO_HITS.union(*(one.way.secondary.leaves for one in ways if one.way.secondary)),
            any(one.way.row is not None and bool(one.way.row.condition) for one in ways),
        )

    def _still_open(self, ways: Iterable[Open], main: Hits | None) -> tuple[Open, ...]:
        return tuple(one for one in ways if self._may_match(one, main))

    def _may_match(self, one: Open, main: Hits | None) -> bool:
        way = one.way
        if way.main is None:
            by_kind = self._scheme.options.empty_main == "conservative_kind"
            return not way.without_procedure or by_kind or main is None
        return way.anywhere or (main is not None and not main.isdisjoint(way.main.leaves))


def _asks_others(one: Open) -> bool:
    """Whether other procedures than the main one can decide what the row asks of it."""
    return one.way.anywhere or (one.way.main is not None and bool(one.way.main.tree.combinations))


def _key(ways: Iterable[Open]) -> tuple[tuple[int, int], ...]:
    return tuple((one.way.place, one.closeness) for one in ways)
