"""What a calibration found, as plain values: `run` fills them in, `report.calibration` renders them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from drgcalc.calibration.coefficients import Coefficient
from drgcalc.calibration.comparison import Flag, GroupMove, HospitalMove
from drgcalc.calibration.opening import OpeningValue
from drgcalc.report.model import Place


@dataclass(frozen=True)
class Basis:
    """What a calibration rests on, and from when to when its result is to be in force.

    folder: the region's, as it was named. place: where it is published for review. written: files that it was also
    put into.
    """

    region: str
    folder: Path
    years: tuple[int, ...]
    stays: int
    effective_from: date
    effective_to: date | None
    place: Place
    written: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CalibratedScores:
    """New scores against those in force: groups by how far points move, hospitals, and what hangs on little.

    reference_fee: what earns `scale` points, yuan. cv and riv: of costs inside groups, after trimming.
    """

    basis: Basis
    reference_fee: Decimal
    scale: Decimal
    riv: Decimal | None
    groups: tuple[GroupMove, ...]
    hospitals: tuple[HospitalMove, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class CalibratedCoefficients:
    """New coefficients by key, with what was measured before bounds."""

    basis: Basis
    by: str
    coefficients: tuple[Coefficient, ...]


@dataclass(frozen=True)
class CalibratedValues:
    """Opening point values by pool."""

    basis: Basis
    values: tuple[OpeningValue, ...]


class Quality(NamedTuple):
    """How good a directory is: columns of base.calibration_columns.DIRECTORY_QUALITY."""

    stays: int
    threshold: int
    core_groups: int
    own_groups: int
    comprehensive_groups: int
    core_stays: int
    coverage: Decimal
    mean_cv: Decimal
    riv: Decimal | None
    splits: int


@dataclass(frozen=True)
class CalibratedCatalogue:
    """A directory from history; scheme: its id."""

    basis: Basis
    scheme: str
    quality: Quality
