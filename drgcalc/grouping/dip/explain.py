"""Why a case is in its group of a directory: what its procedures count as, the layers that were tried, the rows that
the principal diagnosis opens, what each of them asked and found, and what made one of them win.

Rows are read code by code here; the decision is the matcher's own (matching.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.grouping.complications import Complications
from drgcalc.grouping.dip.auxiliary import AskedSets, AuxiliaryRules, Charlson, by_value, held_levels, sum_of, truth
from drgcalc.grouping.dip.expression import Expression, holds, matched, to_text
from drgcalc.grouping.dip.matching import Choice, Match, Open, Rank, Seen, Trial, Way, by_layer, seen_of
from drgcalc.grouping.dip.needs import NO_HITS
from drgcalc.grouping.dip.procedures import Counted
from drgcalc.grouping.dip.scheme import CHARLSON, DipRow, DipScheme
from drgcalc.grouping.dip.situations import Situations
from drgcalc.grouping.explain import Complication, PlainRecord
from drgcalc.grouping.rules import parse
from drgcalc.grouping.scheme import Status

WON, TIED, WEAKER, SHORTER, UNMET, HELD = "won", "tied", "fits less", "shorter principal code", "not met", "met"


class Act(NamedTuple):
    """A procedure of the case: role is main, beside, or set aside; the kind of treatment it is; the row about it."""

    code: str
    role: str
    kind: str
    rule: str


class Asked(NamedTuple):
    """One thing that a row asks, in its own words, whether the case has it, and the codes that it has it by."""

    what: str
    text: str
    holds: bool
    evidence: tuple[str, ...]


class Candidate(NamedTuple):
    """A row of the directory that the principal diagnosis opens.

    outcome: won, tied, fits less, shorter principal code, or not met; met, in answers to why not.
    """

    code: str
    name: str
    layer: str
    score: Decimal | None
    related: int
    outcome: str
    asked: tuple[Asked, ...]


class LayerTrial(NamedTuple):
    """A layer that was tried; of comprehensive groups the kind of treatment that was looked for."""

    layer: str
    kind: str
    candidates: tuple[Candidate, ...]


class PartTrial(NamedTuple):
    """A part of an auxiliary dimension that was tried, its rule, and whether it holds."""

    dimension: str
    part: str
    rule: str
    holds: bool


class CharlsonCode(NamedTuple):
    """An other diagnosis that counts in the Charlson sum."""

    code: str
    condition: str
    weight: int


@dataclass(frozen=True)
class DipExplanation:
    """The whole way of one case through a directory.

    excluded: the principal diagnosis is not grouped. grey_principal: it is a grey code and no row was tried. why:
    what made the group win. grassroots: why it is such, "" if not. charlson: the codes behind charlson_sum.
    """

    status: Status
    group_code: str | None
    layer: str | None
    treatment_kind: str
    acts: tuple[Act, ...]
    excluded: bool
    trials: tuple[LayerTrial, ...]
    why: str
    tied_with: tuple[str, ...]
    grassroots: str
    tcm: bool
    complications: tuple[Complication, ...]
    charlson: tuple[CharlsonCode, ...]
    charlson_sum: int
    parts: tuple[PartTrial, ...]
    grey_principal: bool = False


class DipExplainer:
    """Explains cases by one directory."""

    def __init__(self, scheme: DipScheme) -> None:
        self._scheme = scheme
        self._situations = Situations(scheme)
        self._directory = self._situations.directory
        self._rules = self._situations.rules
        self._complications = Complications(scheme.cc, scheme.exclusions)
        self._charlson = Charlson(scheme.charlson)
        self._auxiliary = AuxiliaryRules(scheme)
        self._sets = AskedSets(self._auxiliary.rules, scheme.code_sets)

    def explain(self, record: PlainRecord) -> DipExplanation:
        """The way of the record through the directory."""
        principal = record.diagnoses[0] if record.diagnoses else ""
        counted, seen = self._seen(record, principal)
        grey = principal in record.grey
        excluded = not grey and self._situations.is_excluded(principal)
        open_ways = () if excluded or grey else self._directory.open_to(principal)
        trials = [] if excluded or grey else list(self._until_found(open_ways, seen))
        choice = trials[-1].choice if trials else None
        complications = tuple(self._complications_of(record))
        charlson = tuple(self._charlson_of(record))
        total = sum_of((row.condition, row.weight) for row in charlson)
        status = Status.EXCLUDED if excluded else Status.GROUPED if choice else Status.UNGROUPED
        return DipExplanation(
            status,
            choice.winner.code if choice else None,
            choice.winner.layer if choice else None,
            seen.kind,
            tuple(self._acts(record, counted)),
            excluded,
            tuple(self._shown(trial, open_ways, record, counted, seen) for trial in trials),
            self._why(choice) if choice else "",
            choice.tied_with if choice else (),
            self._grassroots(choice, principal, seen) if choice else "",
            choice is not None and choice.winner.tcm,
            complications,
            charlson,
            total,
            tuple(self._parts(record, complications, total)),
            grey,
        )

    def why_not(self, record: PlainRecord, group_code: str) -> tuple[Candidate, ...]:
        """What each row of a group asks and whether the case has it; none when the directory has no such group."""
        principal = record.diagnoses[0] if record.diagnoses else ""
        counted, seen = self._seen(record, principal)
        found = []
        for way, row in ((way, way.row) for way in self._directory.ways if way.row and way.row.code == group_code):
            asked = tuple(self._asked(way, row, record, counted, seen))
            outcome = HELD if all(one.holds for one in asked) else UNMET
            found.append(Candidate(row.code, row.name, row.layer, row.score, 0, outcome, asked))
        return tuple(found)

    def _seen(self, record: PlainRecord, principal: str) -> tuple[Counted, Seen]:
        counted = self._rules.count(record.procedures, principal)
        hits, compares = self._directory.procedures.hits, by_value(record.scalars)
        secondary = NO_HITS.union(*(self._directory.diagnoses.hits(code) for code in record.diagnoses[1:]))
        main = hits(counted.main) if counted.main else None
        kind = self._rules.treatment(counted)
        others = tuple(hits(code) for code in counted.others)
        return counted, seen_of(main, others, secondary, kind, lambda text: truth(parse(text), compares))

    def _until_found(self, open_ways: Sequence[Open], seen: Seen) -> Iterator[Trial]:
        for trial in self._directory.trials(by_layer(open_ways), seen):
            yield trial
            if trial.choice is not None:
                return

    def _acts(self, record: PlainRecord, counted: Counted) -> Iterator[Act]:
        aside = dict(counted.set_aside)
        for code in dict.fromkeys(filter(None, record.procedures)):
            row = self._rules.row(code)
            role = "set aside" if code in aside else "main" if code == counted.main else "beside"
            yield Act(code, role, self._rules.kind(code), f"{row.code}: {row.effect}" if row else "")

    def _shown(
        self, trial: Trial, open_ways: Sequence[Open], record: PlainRecord, counted: Counted, seen: Seen
    ) -> LayerTrial:
        alike = seen._replace(kind=trial.kind) if trial.kind else seen
        outcomes = dict(_outcomes(trial.choice)) if trial.choice else {}
        candidates = []
        for one in open_ways:
            row = one.way.row
            if row is None or row.layer != trial.layer:
                continue
            match = self._directory.match(one, alike)
            outcome = outcomes.get(one.way.place, SHORTER if match else UNMET)
            asked = tuple(self._asked(one.way, row, record, counted, alike))
            related = match.rank.companions if match else 0
            candidates.append(Candidate(row.code, row.name, row.layer, row.score, related, outcome, asked))
        order = (WON, TIED, WEAKER, SHORTER, UNMET)
        return LayerTrial(
            trial.layer, trial.kind, tuple(sorted(candidates, key=lambda found: order.index(found.outcome)))
        )

    def _asked(self, way: Way, row: DipRow, record: PlainRecord, counted: Counted, seen: Seen) -> Iterator[Asked]:
        """Everything that a row asks, in the order of its columns."""
        acts = (*filter(None, (counted.main,)), *counted.others)
        anywhere = row.layer in self._scheme.options.main_anywhere
        yield _met("principal", row.principal, record.diagnoses[:1])
        reach = self._directory.main_reach(way, seen)
        if row.main_procedure is not None:
            shown = matched(row.main_procedure, acts)
            yield Asked("main_procedure", to_text(row.main_procedure), reach is not None, tuple(sorted(shown)))
        elif way.without_procedure:
            yield Asked("main_procedure", "", reach is not None, acts[:1])
        if row.related_procedures is not None and self._scheme.options.related != "ignored":
            related = _met("related_procedures", row.related_procedures, acts if anywhere else counted.others)
            yield related._replace(holds=related.holds or self._scheme.options.related == "preferred")
        if row.secondary is not None:
            yield _met("secondary", row.secondary, record.diagnoses[1:])
        if row.condition:
            yield Asked("condition", row.condition, seen.holds(row.condition), ())
        if row.kind:
            yield Asked("kind", row.kind, row.kind == seen.kind, (seen.kind,))

    def _why(self, choice: Choice) -> str:
        """What made the first match of a choice win."""
        first, *others = choice.matches
        if choice.equals > 1:
            rival = choice.matches[1]
            if self._scheme.options.tie == "higher_score" and first.row.score != rival.row.score:
                return f"fits as well as {rival.row.code}; the higher score wins: {_score(first)} over {_score(rival)}"
            return f"fits as well as {rival.row.code}; the first in the plan wins: {first.row.seq}, {rival.row.seq}"
        if not others:
            return "the only row of its layer that is met"
        ranks = zip(Rank._fields, first.rank, others[0].rank, strict=True)
        name, own, other = next((name, own, other) for name, own, other in ranks if own != other)
        if name == "companions":
            return f"matches more related procedures than {others[0].row.code}: {own} against {other}"
        return f"{_CLOSER[name]} than {others[0].row.code}"

    def _grassroots(self, choice: Choice, principal: str, seen: Seen) -> str:
        if choice.winner.grassroots:
            return f"the row of {choice.winner.code} says so"
        listed = self._directory.grassroots_of(principal)
        met = [one for one in listed if self._directory.main_reach(one.way, seen) is not None]
        return f"grassroots.csv, seq {self._scheme.grassroots[met[0].way.place].seq}" if met else ""

    def _complications_of(self, record: PlainRecord) -> Iterator[Complication]:
        excluding = self._complications.exclusion_tables.of(record.diagnoses[0]) if record.diagnoses else frozenset()
        for code in (code for code in record.diagnoses[1:] if code not in record.grey):
            for row in self._complications.of(code):
                yield Complication(code, row.level, row.exclusion_set, row.exclusion_set in excluding)

    def _charlson_of(self, record: PlainRecord) -> Iterator[CharlsonCode]:
        for code in dict.fromkeys(record.diagnoses[1:]):
            for condition, weight in sorted(self._charlson.conditions(code)):
                yield CharlsonCode(code, condition, weight)

    def _parts(self, record: PlainRecord, complications: Sequence[Complication], total: int) -> Iterator[PartTrial]:
        held = held_levels(row.level for row in complications if not row.excluded)
        held |= self._sets.held(record.diagnoses, record.procedures)
        known = by_value({**record.scalars, CHARLSON: Decimal(total)})
        for dimension in DIMENSIONS:
            for row, is_held in self._auxiliary.tried(dimension, known, held):
                yield PartTrial(dimension, row.part, row.rule, is_held)


_CLOSER = {
    "principal": "names the principal diagnosis more closely",
    "main": "names the main procedure more closely",
    "secondary": "names the other diagnosis more closely",
    "condition": "asks for a condition, which makes it closer",
    "kind": "names the kind of treatment, which makes it closer",
}


def lacking(candidate: Candidate) -> str:
    """What a row asks that the case has not, the first of it; "" when it has everything."""
    return next((asked.what for asked in candidate.asked if not asked.holds), "")


def _outcomes(choice: Choice) -> Iterator[tuple[int, str]]:
    for place, match in enumerate(choice.matches):
        yield match.way.place, WON if place == 0 else TIED if place < choice.equals else WEAKER


def _met(what: str, expression: Expression | None, codes: Sequence[str]) -> Asked:
    return Asked(what, to_text(expression), holds(expression, codes), tuple(sorted(matched(expression, codes))))


def _score(match: Match) -> str:
    return "none" if match.row.score is None else f"{match.row.score:f}"
