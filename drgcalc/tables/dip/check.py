"""Is a DIP directory sound? Every answer is a finding with a stable code (T2xx); it parses, or it would not load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from drgcalc.base.dip_columns import KINDS, LAYERS
from drgcalc.base.errors import Finding
from drgcalc.grouping.code_sets import FILE
from drgcalc.grouping.dip.expression import AllOf, Code, Expression, Leaf, canonical, leaves
from drgcalc.grouping.dip.matching import COMPREHENSIVE, WITHOUT_PROCEDURE
from drgcalc.grouping.dip.scheme import CHARLSON, CONSERVATIVE, DipRow, DipScheme
from drgcalc.grouping.rules import parse as parse_rule
from drgcalc.grouping.rules import sets_of
from drgcalc.tables.cells import has_shape
from drgcalc.tables.dip.cells import codes_of
from drgcalc.tables.dip.cover import covers, leaf_covers
from drgcalc.tables.findings import scheme_finding, shown
from drgcalc.tables.kinds import kind_of

_FILE = "dip.csv"
_TAKEN_AWAY = ("never_main", "conservative")


@dataclass(frozen=True)
class Checked:
    """A directory prepared for the checks."""

    scheme: DipScheme

    @cached_property
    def early(self) -> Mapping[str, list[DipRow]]:
        """Rows that ask for nothing but a principal diagnosis and a main procedure, by code of the former; those that
        name ranges or any diagnosis under ""."""
        found: dict[str, list[DipRow]] = {}
        for row in self.scheme.rows:
            if not (row.related_procedures or row.secondary or row.condition) and row.layer != COMPREHENSIVE:
                for leaf in leaves(row.principal):
                    found.setdefault(leaf.code if isinstance(leaf, Code) else "", []).append(row)
        return found

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of treatment that a procedure can make a case."""
        return frozenset(_read_as(self.scheme, kind) for kind in self.scheme.procedure_kinds.values())

    def is_excluded(self, code: str) -> bool:
        """Whether a principal diagnosis code, and so all below it, is excluded."""
        if self.scheme.options.excluded == "exact":
            return code in self.scheme.excluded
        return any(code[:length] in self.scheme.excluded for length in range(1, len(code) + 1))


def check_dip(scheme: DipScheme) -> list[Finding]:
    """Everything odd about a directory, in order of code, then order of the plan.

    `file` is the table, `row` 0, `field` the column, `value` what it holds.
    """
    checked = Checked(scheme)
    return sorted((found for check in CHECKS for found in check(checked)), key=lambda found: found.code)


def _same_asked(checked: Checked) -> Iterator[Finding]:
    first: dict[tuple[str, ...], DipRow] = {}
    for row in checked.scheme.rows:
        asked = (row.principal, row.main_procedure, row.related_procedures, row.secondary)
        key = (row.layer, *map(canonical, asked), row.condition, row.kind)
        kept = first.setdefault(key, row)
        if kept.code != row.code:
            what = " ".join(filter(None, (*map(canonical, asked), row.kind)))
            yield scheme_finding("T201", _FILE, "code", row.code, f"{row.code} and {kept.code}: {what}")


def _excluded(checked: Checked) -> Iterator[Finding]:
    for row in checked.scheme.rows:
        codes = [leaf.code for leaf in leaves(row.principal) if isinstance(leaf, Code)]
        taken = [code for code in codes if checked.is_excluded(code)]
        if taken and len(taken) == len(list(leaves(row.principal))):
            yield scheme_finding("T202", _FILE, "principal", row.code, f"{row.code} {row.name}: {shown(taken)}")
        elif taken:
            yield scheme_finding("T203", _FILE, "principal", row.code, f"{row.code} {row.name}: {shown(taken)}")


def _shapes(checked: Checked) -> Iterator[Finding]:
    columns: dict[str, set[str]] = {}
    for row in checked.scheme.rows:
        for column, kind, expression in (
            ("principal", "DI", row.principal),
            ("secondary", "DI", row.secondary),
            ("main_procedure", "OP", row.main_procedure),
            ("related_procedures", "OP", row.related_procedures),
        ):
            codes = (code for leaf in leaves(expression) for code in codes_of(leaf))
            unusual = {code for code in codes if not (has_shape(code, kind) or has_shape(f"{code}*", kind))}
            columns.setdefault(column, set()).update(unusual)
    for column, found in columns.items():
        if found:
            yield scheme_finding("T204", _FILE, column, min(found), f"{len(found):,} codes: {shown(sorted(found))}")


def _orders(checked: Checked) -> Iterator[Finding]:
    codes: dict[int, list[str]] = {}
    names: dict[str, list[str]] = {}
    for row in checked.scheme.rows:
        codes.setdefault(row.seq, []).append(row.code)
        names.setdefault(row.code, []).append(row.name)
    for seq, found in codes.items():
        if len(groups := sorted(set(found))) > 1:
            yield scheme_finding("T205", _FILE, "seq", str(seq), f"{seq}: {shown(groups)}")
    for code, found in names.items():
        if len(known := sorted(set(found))) > 1:
            yield scheme_finding("T211", _FILE, "name", code, f"{code}: {shown(known)}")


def _comprehensive(checked: Checked) -> Iterator[Finding]:
    """Every category that has comprehensive groups has one of each kind that the options leave."""
    categories: dict[str, set[str]] = {}
    for row in checked.scheme.rows:
        if row.layer == COMPREHENSIVE:
            categories.setdefault(canonical(row.principal), set()).add(row.kind)
    if not categories:
        yield scheme_finding("T207", _FILE, "layer", "", "no row has the layer comprehensive")
    if checked.scheme.options.lower_kinds:
        return
    wanted = [kind for kind in KINDS if kind != "interventional" or _keeps_interventional(checked.scheme)]
    for category, kinds in categories.items():
        if missing := [kind for kind in wanted if kind not in kinds]:
            yield scheme_finding("T206", _FILE, "kind", category, f"{category} has no {', '.join(missing)}")


def _kinds_never_met(checked: Checked) -> Iterator[Finding]:
    """Comprehensive rows of a kind of treatment that no case has which meets their main procedure."""
    lost: dict[str, list[str]] = {}
    for row in checked.scheme.rows:
        if row.layer == COMPREHENSIVE and row.kind and row.kind not in _kinds_of_cases(checked, row):
            lost.setdefault(row.kind, []).append(row.code)
    for kind, codes in sorted(lost.items()):
        yield scheme_finding("T215", _FILE, "kind", kind, f"{kind}, {len(codes):,} rows: {shown(codes)}")


def _kinds_of_cases(checked: Checked, row: DipRow) -> set[str]:
    """The kinds under which a case is looked for in the row: never fewer than there are."""
    options = checked.scheme.options
    any_main = options.kind_of == "main" and row.layer in options.main_anywhere
    asked = () if any_main else leaves(row.main_procedure)
    mains = {kind for leaf in asked for kind in _kinds_of_leaf(checked, leaf)}
    found = mains or {*checked.kinds, CONSERVATIVE}
    if options.kind_of == "highest":
        lowest = max(map(KINDS.index, found))
        found = {kind for kind in {*checked.kinds, *found} if KINDS.index(kind) <= lowest}
    return set(KINDS[min(map(KINDS.index, found)) :]) if options.lower_kinds else found


def _kinds_of_leaf(checked: Checked, leaf: Leaf) -> set[str]:
    """The kinds of the procedures that a leaf names."""
    if not isinstance(leaf, Code):
        return {*checked.kinds, CONSERVATIVE}
    scheme = checked.scheme
    below = {kind for prefix, kind in scheme.procedure_kinds.items() if prefix.startswith(leaf.code)}
    found = {*below, kind_of(leaf.code, dict(scheme.procedure_kinds)) or CONSERVATIVE}
    return {_read_as(scheme, kind) for kind in found}


def _read_as(scheme: DipScheme, kind: str) -> str:
    """The kind that counts for comprehensive groups."""
    return scheme.options.interventional_as if kind == "interventional" else kind


def _keeps_interventional(scheme: DipScheme) -> bool:
    return scheme.options.interventional_as == "interventional"


def _kinds(checked: Checked) -> Iterator[Finding]:
    kinds = dict(checked.scheme.procedure_kinds)
    asked = {code for row in checked.scheme.rows for code in _procedures(row)}
    if unknown := sorted(code for code in asked if not kind_of(code, kinds)):
        says = f"{len(unknown):,} codes of dip.csv: {shown(unknown)}"
        yield scheme_finding("T208", "procedure_kinds.csv", "prefix", unknown[0], says)


def _procedures(row: DipRow) -> Iterator[str]:
    for expression in (row.main_procedure, row.related_procedures):
        yield from (code for leaf in leaves(expression) for code in codes_of(leaf))


def _lost_mains(checked: Checked) -> Iterator[Finding]:
    taken = [Code(row.code) for row in checked.scheme.main_procedures if row.effect in _TAKEN_AWAY]
    for row in checked.scheme.rows:
        asked = list(leaves(row.main_procedure))
        if row.layer in checked.scheme.options.main_anywhere or isinstance(row.main_procedure, AllOf) or not asked:
            continue
        if all(any(leaf_covers(code, leaf) for code in taken) for leaf in asked):
            codes = [code for leaf in asked for code in codes_of(leaf)]
            yield scheme_finding("T209", _FILE, "main_procedure", row.code, f"{row.code} {row.name}: {shown(codes)}")


def _shadowed(checked: Checked) -> Iterator[Finding]:
    for row in checked.scheme.rows:
        for earlier in _candidates(checked, row):
            if _takes_all(earlier, row):
                says = f"{row.code} {row.name} is tried after {earlier.code} of the layer {earlier.layer}"
                yield scheme_finding("T210", _FILE, "layer", row.code, says)
                break


def _candidates(checked: Checked, row: DipRow) -> Iterator[DipRow]:
    """Rows of earlier layers whose principal diagnosis may take that of the row."""
    first = next(leaves(row.principal), None)
    own = first.code if isinstance(first, Code) else ""
    for length in range(len(own) + 1):
        for earlier in checked.early.get(own[:length], ()):
            if LAYERS.index(earlier.layer) < LAYERS.index(row.layer):
                yield earlier


def _takes_all(earlier: DipRow, row: DipRow) -> bool:
    if earlier.principal is None or row.principal is None or not covers(earlier.principal, row.principal):
        return False
    if earlier.main_procedure is None:
        is_open = earlier.layer not in WITHOUT_PROCEDURE
        return is_open or (row.main_procedure is None and row.layer in WITHOUT_PROCEDURE)
    return row.main_procedure is not None and covers(earlier.main_procedure, row.main_procedure)


def _unused(checked: Checked) -> Iterator[Finding]:
    scheme = checked.scheme
    kinds = dict(scheme.procedure_kinds)
    idle = sorted(code for code, kind in kinds.items() if kind_of(code[:-1].rstrip("."), kinds) == kind)
    below = sorted(
        code for code in scheme.excluded if any(code[:size] in scheme.excluded for size in range(1, len(code)))
    )
    listed: tuple[tuple[str, str, list[str]], ...] = (
        ("procedure_kinds.csv", "prefix", idle),
        ("excluded_diagnoses.csv", "code", below if scheme.options.excluded == "below" else []),
    )
    for file, column, codes in listed:
        if codes:
            yield scheme_finding("T212", file, column, codes[0], f"{len(codes):,} rows: {shown(codes)}")


def _code_sets(checked: Checked) -> Iterator[Finding]:
    """Sets that no rule of auxiliary.csv asks for, and codes in sets that are not written as codes are."""
    scheme = checked.scheme
    asked = {name for row in scheme.auxiliary for name in sets_of(parse_rule(row.rule, (CHARLSON,)))}
    if idle := sorted(scheme.code_sets.keys() - asked):
        yield scheme_finding("T216", FILE, "set_id", idle[0], f"{len(idle):,} sets: {shown(idle)}")
    unusual = {code for found in scheme.code_sets.values() for code in found.codes if not has_shape(code, found.kind)}
    if unusual:
        yield scheme_finding("T204", FILE, "code", min(unusual), f"{len(unusual):,} codes: {shown(sorted(unusual))}")


def _grassroots(checked: Checked) -> Iterator[Finding]:
    principals = _by_prefix(leaf for row in checked.scheme.rows for leaf in leaves(row.principal))
    unmet = [row for row in checked.scheme.grassroots if not _meets(row.principal, principals)]
    if unmet:
        says = f"{len(unmet):,} rows: {shown([f'{row.seq} {row.name}'.strip() for row in unmet])}"
        yield scheme_finding("T213", "grassroots.csv", "principal", str(unmet[0].seq), says)


class _Principals(NamedTuple):
    """Codes, everything that codes begin with, and the leaves that are no codes."""

    codes: frozenset[str]
    begun: frozenset[str]
    others: tuple[Leaf, ...]


def _by_prefix(found: Iterable[Leaf]) -> _Principals:
    kept = list(found)
    codes = frozenset(leaf.code for leaf in kept if isinstance(leaf, Code))
    begun = frozenset(code[:size] for code in codes for size in range(1, len(code) + 1))
    return _Principals(codes, begun, tuple({leaf for leaf in kept if not isinstance(leaf, Code)}))


def _meets(expression: Expression | None, known: _Principals) -> bool:
    """Whether a code of the expression lies above, at or below a known one."""
    return any(
        any(leaf_covers(other, leaf) for other in known.others)
        or any(
            code in known.begun or any(code[:size] in known.codes for size in range(1, len(code)))
            for code in codes_of(leaf)
        )
        for leaf in leaves(expression)
    )


def _scores(checked: Checked) -> Iterator[Finding]:
    scored = Counter(row.score is not None for row in checked.scheme.rows)
    if scored[True] and scored[False]:
        codes = [row.code for row in checked.scheme.rows if row.score is None]
        yield scheme_finding("T214", _FILE, "score", codes[0], f"{len(codes):,} rows: {shown(codes)}")


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    _same_asked,
    _excluded,
    _shapes,
    _orders,
    _comprehensive,
    _kinds_never_met,
    _kinds,
    _lost_mains,
    _shadowed,
    _unused,
    _code_sets,
    _grassroots,
    _scores,
)
