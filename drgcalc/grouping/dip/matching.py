"""Which group of a directory a case is in: layer by layer, and among the matches of a layer the one that fits best.

National DIP directory: pre-groups (先期分组), merged groups (并项规则), groups by an auxiliary diagnosis (烧伤, 肿瘤,
结核), basic core groups (基础规则), then comprehensive groups (综合病种) by category of the diagnosis and kind of
treatment. Nothing here knows codes: only which leaves of the directory they meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from drgcalc.base.dip_columns import KINDS, LAYERS
from drgcalc.grouping.dip.needs import NO_HITS, UNASKED, Hits, LeafBook, Need, Reach
from drgcalc.grouping.dip.scheme import CONSERVATIVE, DipRow, DipScheme

COMPREHENSIVE = LAYERS[-1]
WITHOUT_PROCEDURE = ("merged", "core")
"""Layers in which an empty main procedure means that no procedure counts; elsewhere it asks nothing."""


class Way(NamedTuple):
    """A row of the directory ready to run; rows of grassroots.csv are ways too, without a row of dip.csv."""

    place: int
    row: DipRow | None
    principal: Need | None
    main: Need | None
    related: Need | None
    secondary: Need | None
    anywhere: bool
    without_procedure: bool


class Open(NamedTuple):
    """A way that the principal diagnosis opens, and how closely it names it."""

    way: Way
    closeness: int


Layers = tuple[tuple[Open, ...], ...]
"""The rows that are open to a case, by layer in the order of LAYERS."""


class Seen(NamedTuple):
    """What a directory can see of a case beside its principal diagnosis: leaves that its codes meet.

    main: None when no procedure counts. others: of each other counting procedure. procedures: of all of these.
    secondary: of all other diagnoses. holds: whether the condition of a row, a rule over scalars, holds.
    """

    main: Hits | None
    others: tuple[Hits, ...]
    procedures: Hits
    secondary: Hits
    kind: str
    holds: Callable[[str], bool]


class Rank(NamedTuple):
    """How well a row fits, compared in this order: related procedures matched, then how closely the codes are named."""

    companions: int
    principal: int
    main: int
    secondary: int
    condition: bool
    kind: bool


def seen_of(
    main: Hits | None, others: tuple[Hits, ...], secondary: Hits, kind: str, holds: Callable[[str], bool]
) -> Seen:
    """What a directory can see of a case."""
    return Seen(main, others, NO_HITS.union(main or NO_HITS, *others), secondary, kind, holds)


class Match(NamedTuple):
    """A row of the directory that a case meets."""

    way: Way
    row: DipRow
    rank: Rank


class Choice(NamedTuple):
    """The group of a case: the matches of the layer that decided, the winner first, then those equal to it, the rest.

    equals: how many matches rank alike, the winner among them; the tie policy put them in order.
    """

    matches: tuple[Match, ...]
    equals: int

    @property
    def winner(self) -> DipRow:
        """The row that won."""
        return self.matches[0].row

    @property
    def tied_with(self) -> tuple[str, ...]:
        """Codes of other groups that fit as well as the winner's."""
        codes = dict.fromkeys(match.row.code for match in self.matches[: self.equals])
        return tuple(code for code in codes if code != self.winner.code)


class Trial(NamedTuple):
    """A layer that was tried, for comprehensive groups with the kind of treatment, and what it came to."""

    layer: str
    kind: str
    choice: Choice | None


def by_layer(ways: Iterable[Open]) -> Layers:
    """Rows of dip.csv by layer."""
    found: dict[str, list[Open]] = {layer: [] for layer in LAYERS}
    for one in ways:
        if one.way.row is not None:
            found[one.way.row.layer].append(one)
    return tuple(map(tuple, found.values()))


class Directory:
    """The rows of a directory over numbered leaves, found by what they ask of the principal diagnosis."""

    def __init__(self, scheme: DipScheme) -> None:
        self.options = scheme.options
        self.diagnoses = LeafBook()
        self.procedures = LeafBook()
        self.ways = [self._way(index, row) for index, row in enumerate(scheme.rows)]
        self._grassroots = [
            Way(
                index,
                None,
                self.diagnoses.need(row.principal),
                self.procedures.need(row.main_procedure),
                None,
                None,
                anywhere=False,
                without_procedure=True,
            )
            for index, row in enumerate(scheme.grassroots)
        ]
        self._ways_by_leaf = _by_leaf(self.ways)
        self._grassroots_by_leaf = _by_leaf(self._grassroots)

    def open_to(self, principal: str) -> tuple[Open, ...]:
        """The rows that ask nothing else of the principal diagnosis, in the order of the plan."""
        return tuple(self._open(self.ways, self._ways_by_leaf, self.diagnoses.hits(principal)))

    def grassroots_of(self, principal: str) -> tuple[Open, ...]:
        """The same of grassroots.csv."""
        return tuple(self._open(self._grassroots, self._grassroots_by_leaf, self.diagnoses.hits(principal)))

    def choose(self, layers: Layers, seen: Seen) -> Choice | None:
        """The group of a case among the rows that its principal diagnosis opens; None: ungrouped."""
        return next((choice for trial in self.trials(layers, seen) if (choice := trial.choice) is not None), None)

    def trials(self, layers: Layers, seen: Seen) -> Iterator[Trial]:
        """The layers in their order, comprehensive groups once for each kind tried, and what matched in each."""
        for layer, here in zip(LAYERS[:-1], layers, strict=False):
            if here:
                yield Trial(layer, "", self._best([found for one in here if (found := self.match(one, seen))]))
        if layers[-1]:
            for kind in self.kinds_tried(seen.kind):
                alike = seen if kind == seen.kind else seen._replace(kind=kind)
                matches = [found for one in layers[-1] if (found := self.match(one, alike))]
                yield Trial(COMPREHENSIVE, kind, self._best(matches))

    def kinds_tried(self, kind: str) -> tuple[str, ...]:
        """The kinds of treatment under which comprehensive groups are looked for."""
        return KINDS[KINDS.index(kind) :] if self.options.lower_kinds else (kind,)

    def match(self, one: Open, seen: Seen) -> Match | None:
        """How a row is met, its principal diagnosis given; None when it is not."""
        way, row = one.way, one.way.row
        if row is None or (row.kind and row.kind != seen.kind) or not seen.holds(row.condition):
            return None
        main = self.main_reach(way, seen)
        if main is None:
            return None
        related = self.related_count(way, seen)
        secondary = way.secondary.tree.best(seen.secondary) if way.secondary else UNASKED
        if related is None or secondary is None:
            return None
        companions = related + max(0, main.codes - 1)
        near = Rank(companions, one.closeness, main.closeness, secondary.closeness, bool(row.condition), bool(row.kind))
        return Match(way, row, near)

    def main_reach(self, way: Way, seen: Seen) -> Reach | None:
        """How the case meets what the row asks of the main procedure."""
        if way.main is None:
            return UNASKED if not way.without_procedure or self._has_none(seen) else None
        leading = seen.procedures if way.anywhere else seen.main
        if not leading or leading.isdisjoint(way.main.leaves):
            return None
        return way.main.tree.best(leading) if way.anywhere else way.main.tree.best_led(seen.procedures, leading)

    def related_count(self, way: Way, seen: Seen) -> int | None:
        """How many procedures of the case are related ones of the row; None when one that must be there is not."""
        if way.related is None or self.options.related == "ignored":
            return 0
        asked = (seen.main, *seen.others) if way.anywhere and seen.main is not None else seen.others
        met = way.related.tree.met(NO_HITS.union(*asked)) if asked else NO_HITS
        if not met:
            return 0 if self.options.related == "preferred" else None
        return sum(1 for hits in asked if hits & met)

    def is_grassroots(self, listed: Iterable[Open], seen: Seen) -> bool:
        """Whether a row of grassroots.csv is met."""
        return any(self.main_reach(one.way, seen) is not None for one in listed)

    def _has_none(self, seen: Seen) -> bool:
        """Whether the case is one without a main procedure."""
        if self.options.empty_main == "conservative_kind":
            return seen.kind == CONSERVATIVE
        return seen.main is None

    def _best(self, matches: list[Match]) -> Choice | None:
        if not matches:
            return None
        if self.options.principal == "longest_first":
            longest = max(match.rank.principal for match in matches)
            matches = [match for match in matches if match.rank.principal == longest]
        best = max(match.rank for match in matches)
        equals = sorted((match for match in matches if match.rank == best), key=self._policy)
        rest = sorted((match for match in matches if match.rank != best), key=lambda match: match.rank, reverse=True)
        return Choice((*equals, *rest), len(equals))

    def _policy(self, match: Match) -> tuple[object, ...]:
        """What orders rows that fit alike: the score (none is lowest) or nothing, then the order of the plan."""
        if self.options.tie == "order":
            return (match.way.place,)
        score = match.row.score
        return (score is None, -score if score is not None else 0, match.way.place)

    def _way(self, index: int, row: DipRow) -> Way:
        return Way(
            index,
            row,
            self.diagnoses.need(row.principal),
            self.procedures.need(row.main_procedure),
            self.procedures.need(row.related_procedures),
            self.diagnoses.need(row.secondary),
            anywhere=row.layer in self.options.main_anywhere,
            without_procedure=row.layer in WITHOUT_PROCEDURE,
        )

    def _open(self, ways: Sequence[Way], by_leaf: dict[int | None, list[int]], hits: Hits) -> Iterator[Open]:
        places = {*by_leaf.get(None, ()), *(place for leaf in hits for place in by_leaf.get(leaf, ()))}
        for place in sorted(places):
            way = ways[place]
            reach = way.principal.tree.best(hits) if way.principal else UNASKED
            if reach is not None:
                yield Open(way, reach.closeness)


def _by_leaf(ways: Iterable[Way]) -> dict[int | None, list[int]]:
    """Places of ways by each leaf they ask of the principal diagnosis; None: nothing asked."""
    found: dict[int | None, list[int]] = {}
    for way in ways:
        for leaf in way.principal.leaves if way.principal else (None,):
            found.setdefault(leaf, []).append(way.place)
    return found
