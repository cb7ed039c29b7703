"""Is a scheme sound? Every answer is a finding with a stable code; `findings.CHECK_FINDINGS` says what each means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from drgcalc.base.errors import Finding
from drgcalc.grouping.rules import (
    DIAGNOSIS_FIELDS,
    VIRTUAL_SETS,
    And,
    Constant,
    Count,
    Member,
    Rule,
    RuleSyntaxError,
    fields_of,
    parse,
    sets_of,
    walk,
)
from drgcalc.grouping.scheme import COMPLICATION_LEVELS, AdrgRow, DrgRow, MdcRow, Scheme, is_fall_back
from drgcalc.tables.cells import has_shape
from drgcalc.tables.findings import scheme_finding, shown
from drgcalc.tables.reach import Codes, Reasoner, codes_of

Row = TypeVar("Row", AdrgRow, DrgRow)
GroupRow = MdcRow | AdrgRow | DrgRow


@dataclass(frozen=True)
class Checked:
    """A scheme prepared for the checks: rules parsed, rows by scope, reachable ADRGs."""

    scheme: Scheme

    @cached_property
    def reasoner(self) -> Reasoner:
        """Answers about the rules, with the codes of the scheme's sets."""
        return Reasoner(self.scheme.code_sets)

    @cached_property
    def gates(self) -> dict[str, Rule]:
        """The rule of each MDC; of rows with one code, the first."""
        gates: dict[str, Rule] = {}
        for row in self.scheme.mdc:
            gates.setdefault(row.code, rule_of(row))
        return gates

    @cached_property
    def adrg_scopes(self) -> dict[str, list[AdrgRow]]:
        """The ADRG rows of each MDC in order of trial."""
        scopes: dict[str, list[AdrgRow]] = {}
        for row in self.scheme.adrg:
            scopes.setdefault(row.mdc, []).append(row)
        return scopes

    @cached_property
    def drg_scopes(self) -> dict[tuple[str, str], list[DrgRow]]:
        """The DRG rows of each MDC and ADRG in order of trial."""
        scopes: dict[tuple[str, str], list[DrgRow]] = {}
        for row in self.scheme.drg:
            scopes.setdefault((row.mdc, row.adrg), []).append(row)
        return scopes

    @cached_property
    def adrg_findings(self) -> dict[AdrgRow, Finding]:
        """Why each ADRG row that no case can reach cannot be reached."""
        found: dict[AdrgRow, Finding] = {}
        for mdc, rows in self.adrg_scopes.items():
            found.update(self._unreachable(rows, [self.gates.get(mdc, Constant(True))]))
        return found

    @cached_property
    def drg_findings(self) -> dict[DrgRow, Finding]:
        """Why each DRG row that no case can reach, although its ADRG can be reached, cannot."""
        found: dict[DrgRow, Finding] = {}
        for row in self.scheme.adrg:
            if row not in self.adrg_findings:
                drgs = self.drg_scopes.get((row.mdc, row.code), [])
                found.update(self._unreachable(drgs, [self.gates.get(row.mdc, Constant(True)), rule_of(row)]))
        return found

    def _unreachable(self, rows: Sequence[Row], context: list[Rule]) -> Iterator[tuple[Row, Finding]]:
        for place, row in enumerate(rows):
            whole = And((*context, rule_of(row)))
            if not self.reasoner.possible(whole.parts):
                yield (
                    row,
                    finding("T106", row, "rule", row.rule, f"{key_of(row)} asks for what cannot be true together"),
                )
                continue
            for earlier in rows[:place]:
                if self.reasoner.implies(whole, rule_of(earlier)):
                    always = rule_of(earlier) == Constant(True)
                    says = f"{key_of(row)} is tried after {earlier.code} ({earlier.rule or 'no condition'})"
                    yield row, finding("T104" if always else "T105", row, "rule", row.rule, says)
                    break


def check_scheme(scheme: Scheme) -> list[Finding]:
    """Everything odd about a scheme, in order of code, then table, then order of trial.

    `file` is the table, `row` 0, `field` the column, `value` what it holds. Rules that do not parse or name missing
    sets end the checks, for nothing can be said about the rest.
    """
    broken = [*_unparsed(scheme), *_unknown_sets(scheme)]
    if broken:
        return broken
    checked = Checked(scheme)
    return sorted((found for check in CHECKS for found in check(checked)), key=lambda found: (found.code, found.file))


def finding(code: str, row: GroupRow, field: str, value: str, says: str) -> Finding:
    """A finding of a registered code about a row of a scheme."""
    return scheme_finding(code, _file_of(row), field, value, says)


def rule_of(row: GroupRow) -> Rule:
    """The parsed rule of a row. Raises RuleSyntaxError."""
    return parse(row.rule)


def key_of(row: GroupRow) -> str:
    """The codes that lead to a row: MDCB BX1 BX15."""
    match row:
        case DrgRow():
            return f"{row.mdc} {row.adrg} {row.code}"
        case AdrgRow():
            return f"{row.mdc} {row.code}"
        case _:
            return row.code


def _file_of(row: GroupRow) -> str:
    match row:
        case DrgRow():
            return "drg.csv"
        case AdrgRow():
            return "adrg.csv"
        case _:
            return "mdc.csv"


def _rows(scheme: Scheme) -> tuple[GroupRow, ...]:
    return (*scheme.mdc, *scheme.adrg, *scheme.drg)


def _unparsed(scheme: Scheme) -> Iterator[Finding]:
    for row in _rows(scheme):
        try:
            rule_of(row)
        except RuleSyntaxError as error:
            yield finding("T101", row, "rule", row.rule, f"{key_of(row)}: {error}")


def _unknown_sets(scheme: Scheme) -> Iterator[Finding]:
    known = {*scheme.code_sets, *VIRTUAL_SETS}
    for row in _rows(scheme):
        try:
            unknown = sorted(sets_of(rule_of(row)) - known)
        except RuleSyntaxError:
            continue
        for set_id in unknown:
            yield finding("T102", row, "rule", row.rule, f"{key_of(row)} names {set_id}")


def _orphans(checked: Checked) -> Iterator[Finding]:
    for row in checked.scheme.adrg:
        if row.mdc not in checked.gates:
            yield finding("T103", row, "mdc", row.mdc, f"{key_of(row)}: there is no MDC {row.mdc}")
    adrgs = {(row.mdc, row.code) for row in checked.scheme.adrg}
    for drg in checked.scheme.drg:
        if (drg.mdc, drg.adrg) not in adrgs:
            yield finding("T103", drg, "adrg", drg.adrg, f"{key_of(drg)}: {drg.mdc} has no ADRG {drg.adrg}")


def _unreachable_rows(checked: Checked) -> Iterator[Finding]:
    yield from checked.adrg_findings.values()
    yield from checked.drg_findings.values()
    for row in checked.adrg_findings:
        for drg in checked.drg_scopes.get((row.mdc, row.code), []):
            says = f"{key_of(drg)}, because {row.code} cannot be reached ({checked.adrg_findings[row].code})"
            yield finding("T109", drg, "adrg", row.code, says)


def _principals_outside(checked: Checked) -> Iterator[Finding]:
    for row in checked.scheme.adrg:
        gate, asked = (_principals(checked, rule) for rule in (checked.gates.get(row.mdc), rule_of(row)))
        if not gate or not asked or row in checked.adrg_findings:
            continue
        outside = asked.without(gate)
        if codes := sorted(outside.exact) + sorted(f"{prefix}*" for prefix in outside.prefixes):
            says = f"{key_of(row)}: {len(codes):,} of its principal diagnoses are outside {row.mdc}: {shown(codes)}"
            yield finding("T107", row, "rule", row.rule, says)


def _principals(checked: Checked, rule: Rule | None) -> Codes | None:
    """The principal diagnoses a rule asks for, when all of it must hold and it asks for them alone."""
    parts = rule.parts if isinstance(rule, And) else (rule,)
    for part in parts:
        if isinstance(part, Member) and part.fields == ("ZYZD",):
            return checked.reasoner.codes(part.sets)
    return None


def _both_levels(checked: Checked) -> Iterator[Finding]:
    levels = {
        level: codes_of(row.code for row in checked.scheme.cc if row.level == level) for level in COMPLICATION_LEVELS
    }
    both = levels["MCC"].meets(levels["CC"])
    for code in sorted(both.exact) + sorted(f"{prefix}*" for prefix in both.prefixes):
        yield scheme_finding("T108", "cc.csv", "code", code, code)


def _missing_drgs(checked: Checked) -> Iterator[Finding]:
    for row in checked.scheme.adrg:
        drgs = checked.drg_scopes.get((row.mdc, row.code), [])
        if not drgs:
            yield finding("T110", row, "code", row.code, key_of(row))
        elif row not in checked.adrg_findings:
            whole = And((checked.gates.get(row.mdc, Constant(True)), rule_of(row)))
            if not any(checked.reasoner.implies(whole, rule_of(drg)) for drg in drgs):
                says = f"{key_of(row)}: the last of its DRGs, {drgs[-1].code}, asks for {drgs[-1].rule}"
                yield finding("T111", row, "code", row.code, says)


def _scopes(checked: Checked) -> list[Sequence[GroupRow]]:
    return [checked.scheme.mdc, *checked.adrg_scopes.values(), *checked.drg_scopes.values()]


def _orders(checked: Checked) -> Iterator[Finding]:
    for rows in _scopes(checked):
        numbers = Counter(row.seq for row in rows)
        codes = Counter(row.code for row in rows)
        for place, row in enumerate(rows):
            if numbers[row.seq] > 1:
                yield finding(
                    "T112", row, "seq", str(row.seq), f"{key_of(row)} has order {row.seq}, and so has another"
                )
            if codes[row.code] > 1:
                yield finding("T118", row, "code", row.code, key_of(row))
            behind = [later.code for later in rows[place + 1 :] if not is_fall_back(later.code)]
            if is_fall_back(row.code) and behind:
                yield finding("T116", row, "seq", str(row.seq), f"{key_of(row)} stands before {shown(behind)}")


def _unused(checked: Checked) -> Iterator[Finding]:
    scheme = checked.scheme
    named = {set_id for row in _rows(scheme) for set_id in sets_of(rule_of(row))}
    for set_id in sorted(set(scheme.code_sets) - named):
        says = f"{set_id}, {len(scheme.code_sets[set_id].codes):,} codes"
        yield scheme_finding("T113", "code_sets.csv", "set_id", set_id, says)
    for table in sorted(set(scheme.exclusions) - {row.exclusion_set for row in scheme.cc}):
        yield scheme_finding("T114", "exclusions.csv", "exclusion_set", table, table)


def _shapes(checked: Checked) -> Iterator[Finding]:
    scheme = checked.scheme
    listed: list[tuple[str, str, Iterable[str]]] = [
        *(("code_sets.csv", item.kind, item.codes) for item in scheme.code_sets.values()),
        ("cc.csv", "DI", [row.code for row in scheme.cc]),
        *(("exclusions.csv", "DI", codes) for codes in scheme.exclusions.values()),
    ]
    unusual: dict[str, set[str]] = {}
    for file, kind, codes in listed:
        unusual.setdefault(file, set()).update(code for code in codes if code and not has_shape(code, kind))
    for file, found in unusual.items():
        if found:
            yield scheme_finding("T115", file, "code", min(found), f"{len(found):,} codes: {shown(sorted(found))}")


def _kinds(checked: Checked) -> Iterator[Finding]:
    for row in _rows(checked.scheme):
        for part in walk(rule_of(row)):
            if not isinstance(part, Member | Count):
                continue
            wanted = "DI" if fields_of(part) <= set(DIAGNOSIS_FIELDS) else "OP"
            for set_id in sorted(sets_of(part) - set(VIRTUAL_SETS)):
                if checked.scheme.code_sets[set_id].kind != wanted:
                    says = f"{key_of(row)} asks {', '.join(sorted(fields_of(part)))} for {set_id}"
                    yield finding("T117", row, "rule", row.rule, says)


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    _orphans,
    _unreachable_rows,
    _principals_outside,
    _both_levels,
    _missing_drgs,
    _orders,
    _unused,
    _shapes,
    _kinds,
)
