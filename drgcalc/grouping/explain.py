"""Why a record is in its group: every row that was tried, which parts of its official rule held, and by which codes.

This evaluates rules directly, code by code, without the classes and patterns of the engine; a test holds the two
against each other on every record it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drgcalc.grouping.compiled import CompiledScheme
from drgcalc.grouping.rules import And, Compare, Constant, Count, Member, Not, Or, Rule, compares, parse, text_of
from drgcalc.grouping.scheme import AdrgRow, DrgRow, MdcRow, Scheme, Status, status_of

EXCLUDED = "excluded by"


class PlainRecord(NamedTuple):
    """What rules can see of one record: normalised codes, the first of each list leading, and scalars by rule field.

    grey: those of the diagnoses that the region lists as grey codes (灰码).
    """

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal | None]
    grey: frozenset[str] = frozenset()

    def codes(self, field: str) -> tuple[str, ...]:
        """The codes that a field of the rule language stands for."""
        return {
            "ZYZD": self.diagnoses[:1],
            "QTZD": self.diagnoses[1:],
            "ZYSS": self.procedures[:1],
            "QTSS": self.procedures[1:],
        }[field]


class Evidence(NamedTuple):
    """A code or value of the record that bears on a rule: `note` names the set, level or exclusion table."""

    field: str
    value: str
    note: str


@dataclass(frozen=True)
class Proof:
    """A part of a rule, whether it held, what of the record made it so, and the parts it consists of."""

    text: str
    holds: bool
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Proof, ...] = ()


class Complication(NamedTuple):
    """An other diagnosis on the complication list; `excluded` if its exclusion table holds the principal diagnosis."""

    code: str
    level: str
    exclusion_set: str
    excluded: bool


@dataclass(frozen=True)
class Trial:
    """One row of the scheme that was tried: level MDC, ADRG or DRG, and what came of it.

    outcome: "taken" (the record is in this row), "passed" (the rule held, but nothing below it did), "failed".
    """

    level: str
    code: str
    name: str
    rule: str
    proof: Proof
    outcome: str


@dataclass(frozen=True)
class Explanation:
    """The whole way of one record through a scheme, rows in the order in which they were tried.

    record: as it was tried, with another procedure leading if the scheme's option made it so. No row was tried for
    one with a `grey_principal`, and for a newborn who `lacks_weight` under a scheme that asks for one.
    """

    scheme: Scheme
    record: PlainRecord
    status: Status
    mdc: str | None
    adrg: str | None
    group_code: str | None
    complications: tuple[Complication, ...]
    trials: tuple[Trial, ...]
    lacks_weight: bool = False
    grey_principal: bool = False

    @property
    def taken(self) -> tuple[Trial, ...]:
        """The rows the record went into: MDC, ADRG, DRG."""
        return tuple(trial for trial in self.trials if trial.outcome == "taken")


class Explainer:
    """Explains records by one scheme."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._compiled = CompiledScheme(scheme)

    def explain(self, record: PlainRecord) -> Explanation:
        """The way of the record through the scheme: the trial that took it, else the first."""
        lacks_weight, grey = self._lacks_weight(record), bool(record.grey.intersection(record.diagnoses[:1]))
        if lacks_weight or grey:
            return Explanation(self._scheme, record, Status.UNGROUPED, None, None, None, (), (), lacks_weight, grey)
        first = self._try(record)
        if first.status == Status.GROUPED or not self._scheme.options.retry_other_procedures:
            return first
        others = (self._try(other) for other in _with_other_mains(record))
        return next((tried for tried in others if tried.status == Status.GROUPED), first)

    def _lacks_weight(self, record: PlainRecord) -> bool:
        limit, age_days = self._scheme.options.newborn_weight_days, record.scalars.get("XSRTL")
        return limit is not None and age_days is not None and age_days <= limit and record.scalars.get("XSRTZ") is None

    def _try(self, record: PlainRecord) -> Explanation:
        trials: list[Trial] = []
        for mdc in self._scheme.mdc:
            proof = self.prove(record, mdc.rule)
            if not proof.holds:
                trials.append(_trial("MDC", mdc, proof, "failed"))
                continue
            inner, adrg, drg = self._inside(record, mdc.code)
            trials.append(_trial("MDC", mdc, proof, "taken" if adrg else "passed"))
            trials += inner
            if adrg:
                return self._conclude(record, trials, mdc.code, adrg.code, drg)
        return self._conclude(record, trials, None, None, None)

    def why_not(self, record: PlainRecord, group_code: str) -> tuple[Trial, ...]:
        """The proofs of every row on the way to a group the record is not in: its MDC, its ADRG, itself.

        Empty when the scheme has no such group. outcome: "passed" if the rule held, "failed" if it did not.
        """
        found = []
        for drg in (row for row in self._scheme.drg if row.code == group_code):
            way: list[tuple[str, MdcRow | AdrgRow | DrgRow]] = [
                *(("MDC", mdc) for mdc in self._scheme.mdc if mdc.code == drg.mdc),
                *(("ADRG", adrg) for adrg in self._scheme.adrg if (adrg.mdc, adrg.code) == (drg.mdc, drg.adrg)),
                ("DRG", drg),
            ]
            for level, row in way:
                proof = self.prove(record, row.rule)
                found.append(_trial(level, row, proof, "passed" if proof.holds else "failed"))
        return tuple(found)

    def prove(self, record: PlainRecord, rule: str) -> Proof:
        """Whether a rule text holds for a record, part by part."""
        return self._prove(record, parse(rule))

    def _inside(self, record: PlainRecord, mdc: str) -> tuple[list[Trial], AdrgRow | None, DrgRow | None]:
        trials: list[Trial] = []
        for adrg in (row for row in self._scheme.adrg if row.mdc == mdc):
            proof = self.prove(record, adrg.rule)
            trials.append(_trial("ADRG", adrg, proof, "taken" if proof.holds else "failed"))
            if not proof.holds:
                continue
            for drg in (row for row in self._scheme.drg if (row.mdc, row.adrg) == (mdc, adrg.code)):
                proof = self.prove(record, drg.rule)
                trials.append(_trial("DRG", drg, proof, "taken" if proof.holds else "failed"))
                if proof.holds:
                    return trials, adrg, drg
            return trials, adrg, None
        return trials, None, None

    def _conclude(
        self, record: PlainRecord, trials: list[Trial], mdc: str | None, adrg: str | None, drg: DrgRow | None
    ) -> Explanation:
        status = status_of(adrg) if adrg and drg else Status.UNGROUPED
        complications = tuple(self._complications(record))
        group_code = drg.code if drg else None
        return Explanation(self._scheme, record, status, mdc, adrg, group_code, complications, tuple(trials))

    def _complications(self, record: PlainRecord) -> Iterator[Complication]:
        excluding = self._compiled.exclusion_tables.of(record.diagnoses[0]) if record.diagnoses else frozenset()
        for code in (code for code in record.codes("QTZD") if code not in record.grey):
            for row in self._compiled.complications(code):
                yield Complication(code, row.level, row.exclusion_set, row.exclusion_set in excluding)

    def _prove(self, record: PlainRecord, rule: Rule) -> Proof:
        text = text_of(rule)
        match rule:
            case Constant(holds):
                return Proof(text, holds)
            case And(parts):
                proofs = tuple(self._prove(record, part) for part in parts)
                return Proof(text, all(proof.holds for proof in proofs), parts=proofs)
            case Or(parts):
                proofs = tuple(self._prove(record, part) for part in parts)
                return Proof(text, any(proof.holds for proof in proofs), parts=proofs)
            case Not(part):
                inner = self._prove(record, part)
                return Proof(text, not inner.holds, inner.evidence, inner.parts)
            case Member():
                evidence = tuple(self._members(record, rule))
                return Proof(text, any(not found.note.startswith(EXCLUDED) for found in evidence), evidence)
            case Compare(field, op, number):
                value = record.scalars.get(field)
                shown = Evidence(field, "" if value is None else f"{value:f}", "missing" if value is None else "")
                return Proof(text, value is not None and compares(value, op, number), (shown,))
            case Count(set_id, fields, op, number):
                codes = {code: f for f in fields for code in record.codes(f) if set_id in self._sets(f, code)}
                evidence = tuple(Evidence(field, code, set_id) for code, field in codes.items())
                return Proof(text, compares(Decimal(len(codes)), op, number), evidence)

    def _members(self, record: PlainRecord, rule: Member) -> Iterator[Evidence]:
        levels = [name for name in rule.sets if name in ("MCC", "CC")]
        for found in self._complications(record) if levels else ():
            if found.level in levels:
                note = f"{EXCLUDED} {found.exclusion_set}" if found.excluded else found.level
                yield Evidence("QTZD", found.code, note)
        for field in rule.fields:
            for code in record.codes(field):
                for name in sorted(self._sets(field, code) & set(rule.sets)):
                    yield Evidence(field, code, name)

    def _sets(self, field: str, code: str) -> frozenset[str]:
        sets = self._compiled.diagnosis_sets if field in ("ZYZD", "QTZD") else self._compiled.procedure_sets
        return sets.of(code)


def _with_other_mains(record: PlainRecord) -> Iterator[PlainRecord]:
    for place, main in enumerate(record.procedures[1:], start=1):
        others = (*record.procedures[:place], *record.procedures[place + 1 :])
        yield record._replace(procedures=(main, *others))


def _trial(level: str, row: MdcRow | AdrgRow | DrgRow, proof: Proof, outcome: str) -> Trial:
    return Trial(level, row.code, row.name, row.rule, proof, outcome)
