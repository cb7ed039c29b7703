"""Dated tables beside the scores: typed rows, and what holds for one case, as sql/ finds it for millions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from drgcalc.base.errors import RulesError
from drgcalc.base.money import multiply, round_half_up

FACTOR_PLACES = 6
DIMENSIONS = ("cci", "severity", "tumour", "age", "icu")
"""The auxiliary dimensions; a case's part of each stands in the column aux_<dimension> of cases."""
EVERY_GROUP = "*"
PRODUCT = "product"


class Coefficient(NamedTuple):
    """A coefficient and whom it is for, None is any: base.point_columns.COEFFICIENTS."""

    hospital_id: str | None
    level: str | None
    group_code: str | None
    pool: str | None
    coefficient: Decimal
    effective_from: date
    effective_to: date | None
    source: str

    @property
    def specificity(self) -> int:
        """How closely it says whom it is for. A hospital counts twice, since it has a level."""
        return (
            2 * (self.hospital_id is not None)
            + (self.level is not None and self.hospital_id is None)
            + (self.group_code is not None)
            + (self.pool is not None)
        )


class AuxiliaryFactor(NamedTuple):
    """The factor of one part of a dimension: base.point_columns.AUXILIARY."""

    group_code: str
    dimension: str
    part: str
    factor: Decimal
    effective_from: date
    effective_to: date | None
    source: str


class ListedGroup(NamedTuple):
    """A group on a list: base.point_columns.READMISSION_EXEMPT."""

    group_code: str
    effective_from: date
    effective_to: date | None
    source: str


class FallBack(NamedTuple):
    """The group that counts instead of a TCM group: base.point_columns.FALLBACKS."""

    group_code: str
    western_group: str
    effective_from: date
    effective_to: date | None
    source: str


class BasePoints(NamedTuple):
    """A hospital's base in a pool and year, points: base.point_columns.BASE_POINTS."""

    year: int
    pool: str
    hospital_id: str
    points: Decimal
    source: str


@dataclass(frozen=True)
class PointTables:
    """The region's tables beside scores and hospitals; empty where it has none."""

    coefficients: tuple[Coefficient, ...] = ()
    auxiliary: tuple[AuxiliaryFactor, ...] = ()
    readmission_exempt: tuple[ListedGroup, ...] = ()
    fallbacks: tuple[FallBack, ...] = ()
    base_points: tuple[BasePoints, ...] = ()


class CaseKey(NamedTuple):
    """What a coefficient may depend on."""

    hospital_id: str
    level: str | None
    group_code: str | None
    pool: str


Dated = TypeVar("Dated", Coefficient, AuxiliaryFactor, ListedGroup, FallBack)


def in_force(rows: Iterable[Dated], day: date) -> list[Dated]:
    """The rows in force on `day`, both ends included."""
    return [row for row in rows if row.effective_from <= day and (row.effective_to is None or day <= row.effective_to)]


def coefficient_of(rows: Sequence[Coefficient], case: CaseKey, day: date) -> Decimal | None:
    """The coefficient of the most specific row for a case; None when there is none, which counts as 1.

    Raises RulesError when two rows are equally specific.
    """
    row = coefficient_row(rows, case, day)
    return row.coefficient if row else None


def coefficient_row(rows: Sequence[Coefficient], case: CaseKey, day: date) -> Coefficient | None:
    """The most specific row for a case, None when there is none. Raises RulesError when two are equally specific."""
    meant = [row for row in in_force(rows, day) if _is_meant(row, case)]
    if not meant:
        return None
    most = max(row.specificity for row in meant)
    best = [row for row in meant if row.specificity == most]
    if len(best) > 1:
        raise_rival_coefficients([(*case, day, len(best))])
    return best[0]


def _is_meant(row: Coefficient, case: CaseKey) -> bool:
    return all(asked is None or asked == own for asked, own in zip(row[:4], case, strict=True))


def raise_rival_coefficients(rows: Iterable[tuple[str, str | None, str | None, str | None, date, int]]) -> None:
    """Raise RulesError when sql/rival_coefficients.sql found any: (hospital, level, group, pool, day, rows)."""
    for hospital, level, group, pool, day, count in rows:
        whom = ", ".join(filter(None, (hospital, level and f"level {level}", group and f"group {group}", pool)))
        raise RulesError(
            f"scores/coefficients/*.csv: {count} rows that are equally specific are in force for {whom} on {day}",
            hint="end one of them, or add the row that names what both name",
        )


def auxiliary_factor(
    combine: str, rows: Sequence[AuxiliaryFactor], group_code: str, parts: Mapping[str, str | None], day: date
) -> Decimal | None:
    """The factor of a case by the parts it is in; None when no row is meant, which counts as 1.

    The largest of the dimensions' factors, or their product half up to 6 decimals. A row of the group goes before one
    of every group.
    """
    meant = [row for row in in_force(rows, day) if parts.get(row.dimension) == row.part]
    factors = []
    for dimension in DIMENSIONS:
        own = [row for row in meant if row.dimension == dimension and row.group_code == group_code]
        every = [row for row in meant if row.dimension == dimension and row.group_code == EVERY_GROUP]
        factors += [row.factor for row in (own or every)]
    if not factors:
        return None
    return round_half_up(multiply(*factors), FACTOR_PLACES) if combine == PRODUCT else max(factors)
