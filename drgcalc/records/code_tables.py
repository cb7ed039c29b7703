"""Crosswalks (编码映射, 国临版 to 医保版) and grey codes (灰码) of a region: what their rows may say and what not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.records import codes

BLANK = ("", "-")
"""What a normalised code is where no code was written."""


class CrosswalkRow(NamedTuple):
    """One row of a crosswalk, its codes normalised: `original` is read as `mapped`. where: file and row."""

    original: str
    mapped: str
    source: str
    where: str


class GreyRow(NamedTuple):
    """One grey code, normalised. where: file and row."""

    code: str
    source: str
    where: str


@dataclass(frozen=True)
class CodeTables:
    """A region's tables about codes: crosswalk rows by original code, grey diagnoses by code."""

    diagnoses: Mapping[str, CrosswalkRow] = field(default_factory=dict)
    procedures: Mapping[str, CrosswalkRow] = field(default_factory=dict)
    grey: Mapping[str, GreyRow] = field(default_factory=dict)


class _Kind(NamedTuple):
    """How codes of a kind are written."""

    words: str
    normalise: Callable[[str], str]
    is_well_formed: Callable[[str], bool]


_KINDS = {
    codes.DIAGNOSIS: _Kind("an ICD-10 code", codes.normalise_diagnosis, codes.is_diagnosis),
    codes.PROCEDURE: _Kind("an ICD-9-CM-3 code", codes.normalise_procedure, codes.is_procedure),
}


def crosswalk(kind: str, rows: Iterable[CrosswalkRow]) -> dict[str, CrosswalkRow]:
    """The rows (texts as they stand in the files) by original code; the first of equal rows is kept.

    Raises RulesError for a row without an original, a mapped code of a wrong shape, two rows that contradict each
    other, and a row that maps what another one has mapped: an order of application is nobody's to guess.
    """
    of_kind = _KINDS[kind]
    found: dict[str, CrosswalkRow] = {}
    for row in rows:
        read = row._replace(original=of_kind.normalise(row.original), mapped=of_kind.normalise(row.mapped))
        if read.original in BLANK:
            raise RulesError(f"{row.where}: original {row.original!r} is no code", hint="remove the row")
        if not of_kind.is_well_formed(read.mapped):
            raise RulesError(
                f"{row.where}: mapped {row.mapped!r} is not written as {of_kind.words} of the insurance edition",
                hint="correct it, or remove the row: codes without a row are read as they are written",
            )
        before = found.setdefault(read.original, read)
        if before.mapped != read.mapped:
            raise RulesError(
                f"{row.where}: original {read.original} is mapped to {read.mapped}, "
                f"and to {before.mapped} in {before.where}",
                hint="keep one of the two rows",
            )
    _refuse_chains(found)
    return found


def grey_codes(rows: Iterable[GreyRow]) -> dict[str, GreyRow]:
    """The rows (texts as they stand in the files) by code; the first of equal codes is kept.

    Raises RulesError for a text that no diagnosis of the insurance edition can be.
    """
    of_kind = _KINDS[codes.DIAGNOSIS]
    found: dict[str, GreyRow] = {}
    for row in rows:
        read = row._replace(code=of_kind.normalise(row.code))
        if not of_kind.is_well_formed(read.code):
            raise RulesError(
                f"{row.where}: code {row.code!r} is not written as {of_kind.words} of the insurance edition",
                hint="correct it, or remove the row: it would match no record",
            )
        found.setdefault(read.code, read)
    return found


def _refuse_chains(found: Mapping[str, CrosswalkRow]) -> None:
    for row in found.values():
        onward = found.get(row.mapped)
        if onward is not None and onward.mapped != row.mapped:
            raise RulesError(
                f"{row.where}: {row.original} is mapped to {row.mapped}, "
                f"which {onward.where} maps on to {onward.mapped}",
                hint=f"a code is mapped once: map {row.original} to its last code, or remove one of the rows",
            )
