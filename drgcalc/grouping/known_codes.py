"""The codes that a scheme knows, by kind: what damaged and mapped codes are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drgcalc.grouping.dip.expression import Code, Leaf, Span, leaves
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import is_prefix
from drgcalc.grouping.scheme import Scheme
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE


def known_codes(scheme: Scheme | DipScheme) -> KnownCodes:
    """Every code and category that a scheme names anywhere, whether a group asks for it or not."""
    if isinstance(scheme, DipScheme):
        return _codes_of_directory(scheme)
    return KnownCodes(
        _listed({*_members(scheme, DIAGNOSIS), *_complications(scheme)}), _listed(_members(scheme, PROCEDURE))
    )


def _members(scheme: Scheme, kind: str) -> frozenset[str]:
    return frozenset[str]().union(*(found.codes for found in scheme.code_sets.values() if found.kind == kind))


def _complications(scheme: Scheme | DipScheme) -> frozenset[str]:
    return frozenset(row.code for row in scheme.cc).union(*scheme.exclusions.values())


def _codes_of_directory(scheme: DipScheme) -> KnownCodes:
    """A code of a directory stands for itself and for everything below it."""
    listed = [*_leaves(scheme), *map(Code, scheme.excluded), *(Code(row.code) for row in scheme.main_procedures)]
    listed += [*map(Code, scheme.procedure_kinds), *(Code(row.code) for row in scheme.charlson)]
    codes = {leaf.code for leaf in listed if isinstance(leaf, Code)}
    spans = {(leaf.first, leaf.last) for leaf in listed if isinstance(leaf, Span)}
    procedures = {code for code in codes if code[:1].isdecimal()}
    operations = {span for span in spans if span[0][:1].isdecimal()}
    complications = _complications(scheme)
    categories = {code[:-1] for code in complications if is_prefix(code)}
    diagnoses = codes - procedures
    return KnownCodes(
        CodeList(diagnoses | complications, diagnoses | categories, spans - operations),
        CodeList(procedures, procedures, operations),
    )


def _leaves(scheme: DipScheme) -> Iterator[Leaf]:
    for row in scheme.rows:
        for expression in (row.principal, row.main_procedure, row.related_procedures, row.secondary):
            yield from leaves(expression)
    for rule in scheme.main_procedures:
        yield from leaves(rule.scope)
    for group in scheme.grassroots:
        yield from leaves(group.principal)
        yield from leaves(group.main_procedure)


def _listed(codes: Iterable[str]) -> CodeList:
    categories = {code for code in codes if is_prefix(code)}
    return CodeList(set(codes) - categories, {category[:-1] for category in categories})
