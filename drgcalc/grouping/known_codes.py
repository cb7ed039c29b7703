"""The codes that a scheme knows, by kind: what damaged and mapped codes are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drgcalc.grouping.facts import prefixes_among
from drgcalc.grouping.scheme import Scheme
from drgcalc.grouping.table_folder import complication_codes
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE

if TYPE_CHECKING:
    from drgcalc.grouping.dip.scheme import DipScheme


def known_codes(scheme: Scheme | DipScheme) -> KnownCodes:
    """Every code and category that a scheme names anywhere, whether a group asks for it or not."""
    if not isinstance(scheme, Scheme):
        from drgcalc.grouping.dip.known_codes import codes_of_directory

        return codes_of_directory(scheme)
    return KnownCodes(
        _listed(_members(scheme, DIAGNOSIS) | complication_codes(scheme.cc, scheme.exclusions)),
        _listed(_members(scheme, PROCEDURE)),
    )


def _members(scheme: Scheme | DipScheme, kind: str) -> frozenset[str]:
    return frozenset[str]().union(*(found.codes for found in scheme.code_sets.values() if found.kind == kind))


def _listed(codes: frozenset[str]) -> CodeList:
    categories = prefixes_among(codes)
    return CodeList(codes.difference(categories), {category[:-1] for category in categories})
