"""Records of a part to patterns: all that a directory can tell apart about each record, as a pair of numbers.

Records with the same pattern are in the same group, so each distinct pattern is answered once; for every record only
columns of small integers are worked on. What is remembered is forgotten when it gets too much: memory does not grow
with the number of records.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.dip.auxiliary import by_position, refuse_too_many, truth
from drgcalc.grouping.dip.matching import Choice, seen_of
from drgcalc.grouping.dip.needs import NO_HITS, Hits
from drgcalc.grouping.dip.procedures import COUNTS, NEVER_MAIN, SET_ASIDE
from drgcalc.grouping.dip.scheme import CONSERVATIVE, DipScheme
from drgcalc.grouping.dip.situations import Situations
from drgcalc.grouping.facts import Numbering, scales_of
from drgcalc.grouping.gathering import Gathering
from drgcalc.grouping.memo import MOST_REMEMBERED, Memo
from drgcalc.grouping.rules import parse
from drgcalc.records.code_book import NO_CODE, CodeBooks, PartCodes

MOST_POSITIONS = 1 << 62
"""Combinations of positions that one number holds."""
_LOWEST = KINDS.index(CONSERVATIVE)


class Answer(NamedTuple):
    """What a pattern comes to. choice: None for an excluded diagnosis and for a case without a group."""

    excluded: bool
    choice: Choice | None
    grassroots: bool


class Patterns(NamedTuple):
    """The pattern of each record: its situation with its kind of treatment, and what it has beside them, Int32.

    kinds: the kind of treatment alone, as its place in KINDS.
    """

    places: pl.Series
    beside: pl.Series
    kinds: pl.Series


class _Acts(NamedTuple):
    """The procedures of a part: per record the main one (0: none) and whether it makes the case conservative; the
    elements that count, the main one among them, as records and procedures."""

    main: pl.Series
    conservative: pl.Series
    at: pl.Series
    same: pl.Series


class RecordPatterns:
    """The patterns of records by one directory, and their answers."""

    def __init__(self, scheme: DipScheme) -> None:
        self._scheme = scheme
        self._situations = Situations(scheme)
        conditions = dict.fromkeys(row.condition for row in scheme.rows)
        self._conditions = tuple((text, parse(text)) for text in conditions)
        self.scales = scales_of(rule for _, rule in self._conditions)
        refuse_too_many(scheme.id, "dip.csv", self.scales, MOST_POSITIONS)
        self._rows = {row.code: place for place, row in enumerate(scheme.main_procedures)}
        self._canonical: dict[str, int] = {}
        self._acts = pl.DataFrame(schema=dict.fromkeys(("same", "kind", "row"), pl.Int32))
        self._classes = Memo.one_by_one(lambda number: self._situations.class_of(self._books.diagnoses.code(number)))
        self._roles = Memo.one_by_one(self._situations.role)
        self._numbers = Memo.one_by_one(self._situation)
        self._procedure_hits = Memo.one_by_one(self._hits_of_procedure)
        self._diagnosis_hits = Memo.one_by_one(self._hits_of_diagnosis)
        self._holding = Memo.one_by_one(self._conditions_held)
        self._pair_numbers = Memo.one_by_one(lambda *pair: self._pairs.number(pair))
        self._companions = Gathering[tuple[int, ...]]((), lambda held, hits: tuple(sorted((*held, hits))))
        self._secondary = Gathering[Hits](NO_HITS, lambda held, hits: held | self._hit_sets.value(hits))
        self._forgetful: tuple[Memo | Gathering[Any], ...] = (
            self._roles, self._numbers, self._procedure_hits, self._diagnosis_hits, self._holding, self._pair_numbers,
            self._companions, self._secondary,
        )  # fmt: skip
        self._forget()

    def _forget(self) -> None:
        """Number everything anew but the codes and their classes."""
        for memory in (*self._forgetful, self._situations):
            memory.forget()
        self._hit_sets = Numbering[Hits](NO_HITS)
        self._held = Numbering[frozenset[str]]()
        self._pairs = Numbering[tuple[int, int]]((0, 0))
        self._asks = pl.DataFrame(schema=dict.fromkeys(("procedures", "secondary", "conditions"), pl.Boolean))

    def start_part(self, answered: int) -> bool:
        """Whether everything was forgotten before a part, because it was too much: patterns are numbered anew.

        answered: how many patterns the caller remembers.
        """
        if sum(map(len, self._forgetful)) + answered <= MOST_REMEMBERED:
            return False
        self._forget()
        return True

    def of(self, part: PartCodes, others: pl.DataFrame, scalars: pl.Series) -> Patterns:
        """The pattern of each record of a part.

        others: its other diagnoses. scalars: positions on `scales` of each record, packed.
        """
        self._books: CodeBooks = part.books
        self._learn_acts()
        classes = self._classes.of(part.leading(part.diagnoses))
        acts = self._count(part.procedures, classes)
        situations = self._numbers.of(classes, acts.main)
        self._learn_asks()
        beside = self._pair_numbers.of(
            self._pair_numbers.of(self._companions_of(acts, situations), self._secondary_of(others, situations)),
            self._scalars_of(situations, scalars),
        )
        kinds = self._kinds(acts)
        return Patterns(situations * len(KINDS) + kinds, beside, kinds)

    def answer(self, place: int, beside: int) -> Answer:
        """What a pattern comes to."""
        number, kind = divmod(place, len(KINDS))
        situation = self._situations.value(number)
        if situation.excluded:
            return Answer(True, None, False)
        codes, scalars = self._pairs.value(beside)
        procedures, secondary = self._pairs.value(codes)
        seen = seen_of(
            situation.main,
            tuple(map(self._hit_sets.value, self._companions.state(procedures))),
            self._secondary.state(secondary),
            KINDS[kind],
            self._held.value(scalars).__contains__,
        )
        directory = self._situations.directory
        choice = directory.choose(situation.layers, seen)
        flagged = choice is not None and (
            choice.winner.grassroots or directory.is_grassroots(situation.grassroots, seen)
        )
        return Answer(False, choice, flagged)

    def _count(self, procedures: pl.DataFrame, classes: pl.Series) -> _Acts:
        """Which procedures count and which of them is the main one, as ProcedureRules.count says of one record."""
        size = len(classes)
        numbers, at = procedures["number"], procedures["at"]
        rows, same = self._act("row", numbers), self._act("same", numbers)
        roles = pl.zeros(len(numbers), dtype=pl.Int32, eager=True)
        listed = (rows > 0).arg_true()
        if len(listed):
            roles = roles.scatter(listed, self._roles.of(classes[at[listed]], rows[listed] - 1))
        able = roles != NEVER_MAIN
        leaders, leading, role = at.filter(able), same.filter(able), roles.filter(able)
        first = leaders != leaders.shift(1, fill_value=size)
        counts, aside = first & (role == COUNTS), first & (role == SET_ASIDE)
        kept = (numbers != NO_CODE) & (roles != SET_ASIDE)
        return _Acts(
            pl.zeros(size, dtype=pl.Int32, eager=True).scatter(leaders.filter(counts), leading.filter(counts)),
            pl.repeat(False, size, dtype=pl.Boolean, eager=True).scatter(leaders.filter(aside), True),
            at.filter(kept),
            same.filter(kept),
        )

    def _kinds(self, acts: _Acts) -> pl.Series:
        """The kind of treatment of each record, as its place in KINDS."""
        size = len(acts.main)
        if self._scheme.options.kind_of == "main":
            kinds = self._act("kind", acts.main)
        else:
            kinds = pl.repeat(_LOWEST, size, dtype=pl.Int32, eager=True)
            of_acts = self._act("kind", acts.same)
            for kind in reversed(range(_LOWEST)):
                kinds = kinds.scatter(acts.at.filter(of_acts == kind), kind)
        return kinds.set(acts.conservative, _LOWEST)

    def _companions_of(self, acts: _Acts, situations: pl.Series) -> pl.Series:
        """What the other procedures of each record meet of what its situation asks for, each procedure once."""
        beside = (acts.same != acts.main[acts.at]) & self._asks["procedures"][situations[acts.at]]
        at, same = acts.at.filter(beside), acts.same.filter(beside)
        once = (at.cast(pl.Int64) * len(self._books.procedures) + same).is_first_distinct()
        at, same = at.filter(once), same.filter(once)
        return self._gathered(self._companions, at, self._procedure_hits.of(situations[at], same), situations)

    def _secondary_of(self, others: pl.DataFrame, situations: pl.Series) -> pl.Series:
        """What the other diagnoses of each record meet of what its situation asks for."""
        asked = self._asks["secondary"][situations][others["at"]]
        at, codes = others["at"].filter(asked), others["number"].filter(asked)
        return self._gathered(self._secondary, at, self._diagnosis_hits.of(situations[at], codes), situations)

    def _gathered(self, gathering: Gathering[Any], at: pl.Series, hits: pl.Series, situations: pl.Series) -> pl.Series:
        return gathering.of(at.filter(hits > 0), hits.filter(hits > 0), len(situations))

    def _scalars_of(self, situations: pl.Series, scalars: pl.Series) -> pl.Series:
        """The number of the conditions that hold of each record; those of position 0 where none is asked about."""
        asks = self._asks["conditions"][situations]
        return self._holding.of(scalars.zip_with(asks, pl.zeros(len(scalars), dtype=pl.Int64, eager=True)))

    def _learn_asks(self) -> None:
        found = self._situations.asks(len(self._asks))
        self._asks = pl.concat([self._asks, pl.DataFrame(found, schema=self._asks.schema, orient="row")])

    def _situation(self, class_number: int, main: int) -> int:
        return self._situations.number(class_number, self._books.procedures.code(main))

    def _hits_of_procedure(self, situation: int, code: int) -> int:
        hits = self._situations.directory.procedures.hits(self._books.procedures.code(code))
        return self._hit_sets.number(hits & self._situations.value(situation).procedures)

    def _hits_of_diagnosis(self, situation: int, code: int) -> int:
        hits = self._situations.directory.diagnoses.hits(self._books.diagnoses.code(code))
        return self._hit_sets.number(hits & self._situations.value(situation).secondary)

    def _conditions_held(self, packed: int) -> int:
        compares = by_position(self.scales, packed)
        return self._held.number(frozenset(text for text, rule in self._conditions if truth(rule, compares)))

    def _act(self, name: str, numbers: pl.Series) -> pl.Series:
        return self._acts[name][numbers]

    def _learn_acts(self) -> None:
        """Facts of new procedure codes: the first number of the code (several texts may stand for it), its kind, its
        row in main_procedures.csv, counted from 1."""
        rules, found = self._situations.rules, []
        for number in range(len(self._acts), len(self._books.procedures)):
            code = self._books.procedures.code(number)
            row = rules.row(code) if code else None
            same = self._canonical.setdefault(code, number)
            found.append((same, KINDS.index(rules.kind(code)), self._rows[row.code] + 1 if row else 0))
        if found:
            self._acts = pl.concat([self._acts, pl.DataFrame(found, schema=self._acts.schema, orient="row")])
            self._acts = self._acts.rechunk()
