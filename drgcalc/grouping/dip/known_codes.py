"""The codes that a DIP directory knows."""

from __future__ import annotations

from collections.abc import Iterator

from drgcalc.grouping.dip.expression import Code, Leaf, Span, leaves
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.facts import is_prefix
from drgcalc.grouping.table_folder import complication_codes
from drgcalc.records.code_list import CodeList, KnownCodes


def codes_of_directory(scheme: DipScheme) -> KnownCodes:
    """A code of a directory stands for itself and for everything below it."""
    listed = [*_leaves(scheme), *map(Code, scheme.excluded), *(Code(row.code) for row in scheme.main_procedures)]
    listed += [*map(Code, scheme.procedure_kinds), *(Code(row.code) for row in scheme.charlson)]
    members = (code for found in scheme.code_sets.values() for code in found.codes)
    listed += [Code(code[:-1] if is_prefix(code) else code) for code in members]
    codes = {leaf.code for leaf in listed if isinstance(leaf, Code)}
    spans = {(leaf.first, leaf.last) for leaf in listed if isinstance(leaf, Span)}
    procedures = {code for code in codes if code[:1].isdecimal()}
    operations = {span for span in spans if span[0][:1].isdecimal()}
    complications = complication_codes(scheme.cc, scheme.exclusions)
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
