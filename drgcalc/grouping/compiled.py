"""A scheme made ready to run: the order of trial over many patterns at once.

A truth value is a Python integer whose bit i says whether a rule holds for pattern i; `and`, `or` and `not` of the
rule language are `&`, `|` and a complement, so a rule costs the same few operations for one pattern or a million.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import reduce
from math import prod
from operator import or_
from typing import NamedTuple, TypeVar

from drgcalc.base.errors import RulesError
from drgcalc.grouping.complications import Complications
from drgcalc.grouping.facts import (
    LEVEL_BITS,
    MISSING,
    ClassBook,
    Membership,
    Numbering,
    Pattern,
    Scale,
    pack,
    scales_of,
    unpack,
)
from drgcalc.grouping.rules import (
    DIAGNOSIS_FIELDS,
    PROCEDURE_FIELDS,
    And,
    Compare,
    Constant,
    Count,
    Member,
    Not,
    Or,
    Rule,
    fields_of,
    parse,
    walk,
)
from drgcalc.grouping.scheme import CcRow, Scheme

NO_ROW = -1
MOST_POSITIONS = 1 << 62

K = TypeVar("K", bound=Hashable)


class CompiledScheme:
    """The rules of a scheme as programs over patterns, and the books that turn codes into classes."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        gate_rules = [*(parse(row.rule) for row in scheme.mdc), *(parse(row.rule) for row in scheme.adrg)]
        group_rules = [parse(row.rule) for row in scheme.drg]
        rules = gate_rules + group_rules
        _refuse_levels_of_other_fields(scheme.id, rules)
        self.books = {field: ClassBook(rules, field) for field in DIAGNOSIS_FIELDS + PROCEDURE_FIELDS}
        self.gate_scales = scales_of(gate_rules)
        self.group_scales = scales_of(group_rules)
        _refuse_too_many_positions(scheme.id, self.gate_scales)
        _refuse_too_many_positions(scheme.id, self.group_scales)
        self.diagnosis_sets = Membership({k: s.codes for k, s in scheme.code_sets.items() if s.kind == "DI"})
        self.procedure_sets = Membership({k: s.codes for k, s in scheme.code_sets.items() if s.kind == "OP"})
        self._complications = Complications(scheme.cc, scheme.exclusions)
        self.exclusion_tables = self._complications.exclusion_tables
        self._adrgs_of = _positions(row.mdc for row in scheme.adrg)
        self._gate_of: dict[int, int] = {}
        self._gates = Numbering[frozenset[int]]()
        self._asked: dict[tuple[int, str], ClassBook] = {}
        self._fields: dict[int, frozenset[str]] = {}
        self._narrowed: dict[tuple[int, str, int], int] = {}
        self._drgs_of = _positions((row.mdc, row.adrg) for row in scheme.drg)

    def complications(self, code: str) -> list[CcRow]:
        """The rows of the complication list that cover the code: of each level the most specific."""
        return self._complications.of(code)

    def gate_of(self, principal: int) -> int:
        """The number of the set of MDCs that a principal diagnosis of this class may enter.

        Behind one gate the same questions are asked, so facts can be narrowed to those before they are compared.
        """
        if principal not in self._gate_of:
            sets = self.books["ZYZD"].seen(principal).sets
            rules = enumerate(parse(mdc.rule) for mdc in self.scheme.mdc)
            mdcs = frozenset(i for i, rule in rules if _outcomes(rule, sets).may_hold)
            self._gate_of[principal] = self._gates.number(mdcs)
        return self._gate_of[principal]

    def narrow_class(self, gate: int, field: str, number: int) -> int:
        """The class that is left of a class of the field when only what is asked behind the gate can matter."""
        key = (gate, field, number)
        if key not in self._narrowed:
            self._narrowed[key] = self.books[field].narrow(number, self._asked_behind(gate, field))
        return self._narrowed[key]

    def narrow_scalars(self, gate: int, scalars: int) -> int:
        """Packed positions on the gate scales, those that nothing behind the gate asks for set to missing."""
        fields = self._fields_behind(gate)
        placed = zip(self.gate_scales, unpack(scalars, self.gate_scales), strict=True)
        return pack((position if scale.field in fields else MISSING for scale, position in placed), self.gate_scales)

    def _asked_behind(self, gate: int, field: str) -> ClassBook:
        key = (gate, field)
        if key not in self._asked:
            self._asked[key] = ClassBook(self._rules_behind(gate), field)
        return self._asked[key]

    def _fields_behind(self, gate: int) -> frozenset[str]:
        if gate not in self._fields:
            self._fields[gate] = frozenset[str]().union(*(fields_of(rule) for rule in self._rules_behind(gate)))
        return self._fields[gate]

    def _rules_behind(self, gate: int) -> list[Rule]:
        """The rules of the gate's MDCs, of their ADRGs and of their DRGs."""
        mdcs = [self.scheme.mdc[i] for i in sorted(self._gates.value(gate))]
        codes = {mdc.code for mdc in mdcs}
        rules = [mdc.rule for mdc in mdcs]
        rules += [row.rule for row in self.scheme.adrg if row.mdc in codes]
        rules += [row.rule for row in self.scheme.drg if row.mdc in codes]
        return [parse(rule) for rule in dict.fromkeys(rules)]

    def group(self, patterns: Sequence[Pattern]) -> list[int]:
        """For each pattern the index of its ADRG row: MDCs in order of trial, the ADRGs of each in order of trial.

        An MDC whose gate holds but none of whose ADRGs does lets the next MDC try. NO_ROW where nothing holds.
        """
        truth = Truth(self, patterns, self.gate_scales)
        answers = [NO_ROW] * len(patterns)
        undecided = truth.everything
        for mdc in self.scheme.mdc:
            inside = undecided & truth.of(parse(mdc.rule))
            for index in self._adrgs_of.get(mdc.code, ()):
                if not inside:
                    break
                hit = inside & truth.of(parse(self.scheme.adrg[index].rule))
                inside &= ~hit
                undecided &= ~hit
                for position in _bits(hit):
                    answers[position] = index
        return answers

    def refine(self, patterns: Sequence[Pattern], adrgs: Sequence[int]) -> list[int]:
        """For each pattern, already in that ADRG row, the index of its DRG row. NO_ROW where no row of it holds."""
        truth = Truth(self, patterns, self.group_scales)
        answers = [NO_ROW] * len(patterns)
        for adrg, inside in _bit_sets(zip(adrgs, range(len(adrgs)), strict=True), len(adrgs)).items():
            if adrg == NO_ROW:
                continue
            row = self.scheme.adrg[adrg]
            for index in self._drgs_of.get((row.mdc, row.code), ()):
                hit = inside & truth.of(parse(self.scheme.drg[index].rule))
                inside &= ~hit
                for position in _bits(hit):
                    answers[position] = index
        return answers


class Truth:
    """The truth of rules over a list of patterns: bit i of a value belongs to pattern i."""

    def __init__(self, compiled: CompiledScheme, patterns: Sequence[Pattern], scales: Sequence[Scale]) -> None:
        self.everything = (1 << len(patterns)) - 1
        self._books = compiled.books
        self._patterns = patterns
        self._scales = {scale.field: scale for scale in scales}
        self._members = {
            "ZYZD": self._sets_of("ZYZD", ((p.principal, i) for i, p in enumerate(patterns))),
            "ZYSS": self._sets_of("ZYSS", ((p.main, i) for i, p in enumerate(patterns))),
            "QTZD": self._sets_of("QTZD", ((c, i) for i, p in enumerate(patterns) for c in p.other_diagnoses)),
            "QTSS": self._sets_of("QTSS", ((c, i) for i, p in enumerate(patterns) for c in p.other_procedures)),
        }
        for level, bit in LEVEL_BITS.items():
            holders = (i for i, p in enumerate(patterns) if p.levels & bit)
            self._members["QTZD"][level] = _bit_set(holders, len(patterns))
        fields = [scale.field for scale in scales]
        placed = ((zip(fields, unpack(p.scalars, scales), strict=True), i) for i, p in enumerate(patterns))
        self._positions = _bit_sets(((place, i) for places, i in placed for place in places), len(patterns))
        self._known: dict[Rule, int] = {}

    def of(self, rule: Rule) -> int:
        """For which patterns the rule holds."""
        if rule not in self._known:
            self._known[rule] = self._evaluate(rule)
        return self._known[rule]

    def _evaluate(self, rule: Rule) -> int:
        match rule:
            case Constant(holds):
                return self.everything if holds else 0
            case And(parts):
                result = self.everything
                for part in parts:
                    result &= self.of(part)
                return result
            case Or(parts):
                result = 0
                for part in parts:
                    result |= self.of(part)
                return result
            case Not(part):
                return self.everything & ~self.of(part)
            case Member(fields, sets):
                return reduce(or_, (self._members[field].get(name, 0) for field in fields for name in sets))
            case Compare(field, op, number):
                positions = self._scales[field].positions_where(op, number)
                return reduce(or_, (self._positions.get((field, position), 0) for position in positions), 0)
            case Count():
                holders = (i for i, pattern in enumerate(self._patterns) if self._count_holds(rule, pattern))
                return _bit_set(holders, len(self._patterns))

    def _sets_of(self, field: str, classes: Iterable[tuple[int, int]]) -> dict[str, int]:
        """For each set, the patterns with a code of it in the field."""
        holders: dict[str, int] = {}
        for number, holder in _bit_sets(classes, len(self._patterns)).items():
            for name in self._books[field].seen(number).sets:
                holders[name] = holders.get(name, 0) | holder
        return holders

    def _count_holds(self, rule: Count, pattern: Pattern) -> bool:
        held = {
            "ZYZD": (pattern.principal,),
            "ZYSS": (pattern.main,),
            "QTZD": pattern.other_diagnoses,
            "QTSS": pattern.other_procedures,
        }
        classes = [self._books[field].seen(number) for field in rule.fields for number in held[field]]
        found = len({seen.counted_as for seen in classes if rule.set_id in seen.sets})
        return {
            "<": found < rule.number,
            "<=": found <= rule.number,
            "=": found == rule.number,
            ">=": found >= rule.number,
            ">": found > rule.number,
        }[rule.op]


def _refuse_levels_of_other_fields(scheme_id: str, rules: Iterable[Rule]) -> None:
    """MCC and CC are defined beside a principal diagnosis, so for other diagnoses only."""
    for rule in rules:
        for part in walk(rule):
            if isinstance(part, Member) and set(part.sets) & set(LEVEL_BITS) and part.fields != ("QTZD",):
                raise RulesError(
                    f"scheme {scheme_id}: a rule asks {{{', '.join(part.fields)}}} for {', '.join(part.sets)}",
                    hint="levels MCC and CC exist for QTZD alone: correct the rule",
                )


def _refuse_too_many_positions(scheme_id: str, scales: Iterable[Scale]) -> None:
    """The positions of a record are packed into one number of 62 bits (`facts.pack`)."""
    combinations = prod(scale.size for scale in scales)
    if combinations > MOST_POSITIONS:
        raise RulesError(
            f"scheme {scheme_id}: rules compare scalars with so many numbers that {combinations:,} combinations arise",
            hint=f"at most {MOST_POSITIONS:,} can be told apart: use fewer thresholds",
        )


class _Outcomes(NamedTuple):
    may_hold: bool
    may_fail: bool


def _outcomes(rule: Rule, principal_sets: frozenset[str]) -> _Outcomes:
    """What a rule can still come to when only the sets of the principal diagnosis are known."""
    match rule:
        case Constant(holds):
            return _Outcomes(holds, not holds)
        case And(parts):
            known = [_outcomes(part, principal_sets) for part in parts]
            return _Outcomes(all(o.may_hold for o in known), any(o.may_fail for o in known))
        case Or(parts):
            known = [_outcomes(part, principal_sets) for part in parts]
            return _Outcomes(any(o.may_hold for o in known), all(o.may_fail for o in known))
        case Not(part):
            inner = _outcomes(part, principal_sets)
            return _Outcomes(inner.may_fail, inner.may_hold)
        case Member(fields, sets) if "ZYZD" in fields:
            hit = not principal_sets.isdisjoint(sets)
            return _Outcomes(hit or fields != ("ZYZD",), not hit)
        case _:
            return _Outcomes(True, True)


def _positions(keys: Iterable[K]) -> dict[K, list[int]]:
    """For each key the positions at which it stands."""
    found: dict[K, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return found


def _bit_set(positions: Iterable[int], size: int) -> int:
    """The integer with these bits set."""
    octets = bytearray(size // 8 + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def _bit_sets(pairs: Iterable[tuple[K, int]], size: int) -> dict[K, int]:
    """For each key the integer with the bits of its positions set."""
    octets: dict[K, bytearray] = {}
    for key, position in pairs:
        if key not in octets:
            octets[key] = bytearray(size // 8 + 1)
        octets[key][position >> 3] |= 1 << (position & 7)
    return {key: int.from_bytes(found, "little") for key, found in octets.items()}


def _bits(value: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    octets = value.to_bytes(value.bit_length() // 8 + 1, "little")
    for base, octet in enumerate(octets):
        while octet:
            lowest = octet & -octet
            yield 8 * base + lowest.bit_length() - 1
            octet ^= lowest
