"""Records of a part to patterns: all that a directory can tell apart about each record, as one number.

Records with the same pattern are in the same group, so each distinct pattern is answered once; for every record only
columns of small integers are worked on. What is remembered is forgotten when it gets too much: memory does not grow
with the number of records.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.dip.auxiliary import by_position, refuse_too_many, truth
from drgcalc.grouping.dip.matching import Choice, seen_of
from drgcalc.grouping.dip.memo import MOST_REMEMBERED, STRIDE, BoundedMemo, paired, parted
from drgcalc.grouping.dip.needs import NO_HITS, Hits
from drgcalc.grouping.dip.procedures import COUNTS, NEVER_MAIN, SET_ASIDE
from drgcalc.grouping.dip.scheme import CONSERVATIVE, DipScheme
from drgcalc.grouping.dip.situations import Situations
from drgcalc.grouping.facts import Numbering, scales_of
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


class _Acts(NamedTuple):
    """The procedures of a part: per record the main one (0: none) and whether it makes the case conservative; the
    elements that count, the main one among them."""

    main: pl.Series
    conservative: pl.Series
    counting: pl.DataFrame


class RecordPatterns:
    """The patterns of records by one directory, and their answers."""

    def __init__(self, scheme: DipScheme) -> None:
        self._scheme = scheme
        self._situations = Situations(scheme)
        self.scales = scales_of(parse(row.condition) for row in scheme.rows)
        refuse_too_many(scheme.id, "dip.csv", self.scales, MOST_POSITIONS)
        self._rows = {row.code: place for place, row in enumerate(scheme.main_procedures)}
        self._canonical: dict[str, int] = {}
        self._classes = BoundedMemo(lambda number: self._situations.class_of(self._books.diagnoses.code(number)))
        self._acts = pl.DataFrame(schema=dict.fromkeys(("same", "kind", "row"), pl.Int32))
        self._roles = BoundedMemo(lambda key: self._situations.role(*parted(key)))
        self._numbers = BoundedMemo(self._situation)
        self._procedure_hits = BoundedMemo(self._hits_of_procedure)
        self._diagnosis_hits = BoundedMemo(self._hits_of_diagnosis)
        self._scalar_numbers = BoundedMemo(lambda packed: self._scalars.number(packed))
        self._pair_numbers = BoundedMemo(lambda key: self._pairs.number(key))
        self._memos = (
            self._roles, self._numbers, self._procedure_hits, self._diagnosis_hits, self._scalar_numbers,
            self._pair_numbers,
        )  # fmt: skip
        self._forget()

    def _forget(self) -> None:
        """Number everything anew but the codes and their classes."""
        for memo in self._memos:
            memo.forget()
        self._situations.forget()
        self._hit_sets = Numbering[Hits](NO_HITS)
        self._lists = Numbering("")
        self._scalars = Numbering[int](0)
        self._pairs = Numbering[int](0)
        self._asks = pl.DataFrame(schema=dict.fromkeys(("procedures", "secondary", "conditions"), pl.Boolean))

    def start_part(self, answered: int) -> bool:
        """Whether everything was forgotten before a part, because it was too much: patterns are numbered anew.

        answered: how many patterns the caller remembers.
        """
        if sum(map(len, self._memos)) + answered <= MOST_REMEMBERED:
            return False
        self._forget()
        return True

    def of(self, part: PartCodes, scalars: pl.Series) -> pl.Series:
        """The pattern of each record of a part, Int64. scalars: positions on `scales` of each record, packed."""
        self._books: CodeBooks = part.books
        self._learn_acts()
        classes = self._classes.of(part.leading(part.diagnoses).cast(pl.Int64))
        acts = self._count(part.procedures, classes)
        situations = self._numbers.of(paired(classes, acts.main))
        self._learn_asks()
        others = acts.counting.filter(acts.counting["same"] != acts.main.gather(acts.counting["at"]))
        beside = self._beside(others, part.diagnoses.filter(~pl.col("leads")), situations, scalars)
        kinds = self._kinds(acts)
        return paired(situations * len(KINDS) + kinds, beside)

    def kinds(self, patterns: pl.Series) -> pl.Series:
        """The kind of treatment of each pattern, as its place in KINDS."""
        return (patterns // STRIDE) % len(KINDS)

    def answer(self, pattern: int) -> Answer:
        """What a pattern comes to."""
        place, beside = parted(pattern)
        number, kind = divmod(place, len(KINDS))
        situation = self._situations.value(number)
        if situation.excluded:
            return Answer(True, None, False)
        lists, scalars = parted(self._pairs.value(beside))
        procedures, secondary = parted(self._pairs.value(lists))
        compares = by_position(self.scales, self._scalars.value(scalars))
        seen = seen_of(
            situation.main,
            tuple(self._hits(procedures)),
            NO_HITS.union(*self._hits(secondary)),
            KINDS[kind],
            lambda condition: truth(parse(condition), compares),
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
        rows = self._act("row", numbers)
        listed = (rows > 0).arg_true()
        roles = pl.zeros(len(numbers), dtype=pl.Int32, eager=True)
        if len(listed):
            found = self._roles.of(paired(classes.gather(at.gather(listed)), rows.gather(listed) - 1))
            roles = roles.scatter(listed, found)
        elements = pl.DataFrame({"at": at, "same": self._act("same", numbers), "number": numbers, "role": roles})
        able = elements.filter(pl.col("role") != NEVER_MAIN)
        leaders = able.filter(able["at"] != able["at"].shift(1, fill_value=size))
        mains = leaders.filter(pl.col("role") == COUNTS)
        aside = leaders.filter(pl.col("role") == SET_ASIDE)["at"]
        return _Acts(
            pl.zeros(size, dtype=pl.Int32, eager=True).scatter(mains["at"], mains["same"]),
            pl.repeat(False, size, dtype=pl.Boolean, eager=True).scatter(aside, True),
            elements.filter((pl.col("number") != NO_CODE) & (pl.col("role") != SET_ASIDE)).select("at", "same"),
        )

    def _kinds(self, acts: _Acts) -> pl.Series:
        """The kind of treatment of each record, as its place in KINDS."""
        size = len(acts.main)
        if self._scheme.options.kind_of == "main":
            kinds = self._act("kind", acts.main)
        else:
            kinds = pl.repeat(_LOWEST, size, dtype=pl.Int32, eager=True)
            of_acts = self._act("kind", acts.counting["same"])
            for kind in reversed(range(_LOWEST)):
                kinds = kinds.scatter(acts.counting["at"].filter(of_acts == kind), kind)
        return kinds.scatter(acts.conservative.arg_true(), _LOWEST)

    def _beside(
        self, procedures: pl.DataFrame, diagnoses: pl.DataFrame, situations: pl.Series, scalars: pl.Series
    ) -> pl.Series:
        """The number of everything that situations ask of each record: lists of procedures and diagnoses, scalars."""
        numbers = situations.gather(procedures["at"])
        asked = procedures.filter(self._asks["procedures"].gather(numbers)).unique()
        procedure_lists = self._listed(asked["at"], asked["same"], situations, self._procedure_hits)
        asked = diagnoses.filter(self._asks["secondary"].gather(situations.gather(diagnoses["at"])))
        diagnosis_lists = self._listed(asked["at"], asked["number"], situations, self._diagnosis_hits, once=True)
        asks = (
            self._asks["conditions"].gather(situations)
            if self.scales
            else pl.Series([False]).new_from_index(0, len(situations))
        )
        scalar_numbers = self._scalar_numbers.of(
            scalars.zip_with(asks, pl.zeros(len(scalars), dtype=pl.Int64, eager=True))
        )
        lists = self._paired(procedure_lists, diagnosis_lists)
        return self._paired(lists, scalar_numbers)

    def _paired(self, high: pl.Series, low: pl.Series) -> pl.Series:
        """The number of each pair of numbers, 0 for two zeros."""
        keys = paired(high, low)
        asked = (keys != 0).arg_true()
        numbers = pl.zeros(len(keys), dtype=pl.Int32, eager=True)
        return numbers.scatter(asked, self._pair_numbers.of(keys.gather(asked))) if len(asked) else numbers

    def _listed(
        self, at: pl.Series, codes: pl.Series, situations: pl.Series, memo: BoundedMemo, *, once: bool = False
    ) -> pl.Series:
        """The number of each record's sorted list of what its codes meet; 0 when they meet nothing that is asked."""
        numbers = pl.zeros(len(situations), dtype=pl.Int32, eager=True)
        met = pl.DataFrame({"at": at, "hits": memo.of(paired(situations.gather(at), codes))}).filter(pl.col("hits") > 0)
        if met.is_empty():
            return numbers
        lists = (
            (met.unique() if once else met)
            .sort("at", "hits")
            .group_by("at", maintain_order=True)
            .agg(pl.col("hits").cast(pl.String).str.join(","))
        )
        texts = lists["hits"].unique().sort()
        known = pl.Series([self._lists.number(text) for text in texts], dtype=pl.Int32)
        return numbers.scatter(lists["at"], lists["hits"].replace_strict(texts, known, return_dtype=pl.Int32))

    def _learn_asks(self) -> None:
        found = self._situations.asks(len(self._asks))
        self._asks = pl.concat([self._asks, pl.DataFrame(found, schema=self._asks.schema, orient="row")])

    def _situation(self, key: int) -> int:
        class_number, main = parted(key)
        return self._situations.number(class_number, self._books.procedures.code(main))

    def _hits_of_procedure(self, key: int) -> int:
        number, code = parted(key)
        hits = self._situations.directory.procedures.hits(self._books.procedures.code(code))
        return self._hit_sets.number(hits & self._situations.value(number).procedures)

    def _hits_of_diagnosis(self, key: int) -> int:
        number, code = parted(key)
        hits = self._situations.directory.diagnoses.hits(self._books.diagnoses.code(code))
        return self._hit_sets.number(hits & self._situations.value(number).secondary)

    def _hits(self, list_number: int) -> list[Hits]:
        return [self._hit_sets.value(int(text)) for text in self._lists.value(list_number).split(",") if text]

    def _act(self, name: str, numbers: pl.Series) -> pl.Series:
        return self._acts[name].gather(numbers)

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
