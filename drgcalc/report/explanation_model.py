"""Why a record is in its group, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.base.errors import Finding
    from drgcalc.grouping.dip.explain import Candidate, DipExplanation
    from drgcalc.grouping.explain import Complication, Trial
    from drgcalc.records.code_reader import Reading
    from drgcalc.report.points_model import PointsReason

REJECTED, TYPED = "rejected", "typed"
"""Status of a record that was not accepted, and the settlement id of one that was typed on the command line."""


@dataclass(frozen=True)
class Reason:
    """Why one record is in its group: the rows of the scheme in order of trial; or why it was rejected.

    `trials` are empty for a record that was not accepted, and for a newborn who `lacks_weight` under a scheme that
    asks for one, or with a `grey_principal`. `why_not`: the rows on the way to a group that was asked about.
    `findings`: the editor's. `readings`: its codes as delivered, diagnoses first, with what they were read as.
    `points`: what it earns in a settled period; None where it is in none.
    """

    settlement_id: str
    place: str
    scheme: str
    edition: str
    checksum: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal | None]
    status: str
    mdc: str | None
    adrg: str | None
    group_code: str | None
    complications: tuple[Complication, ...]
    trials: tuple[Trial, ...]
    lacks_weight: bool
    why_not: tuple[Trial, ...]
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...] = ()
    grey_principal: bool = False
    points: PointsReason | None = None


@dataclass(frozen=True)
class DipReason:
    """Why one record is in its group of a DIP directory; or why it was rejected, when `way` is empty.

    `why_not`: the rows of a group that was asked about. `findings`: the editor's. `readings`: its codes as delivered,
    diagnoses first, with what they were read as. `points`: what it earns in a settled period; None where it is in none.
    """

    settlement_id: str
    place: str
    scheme: str
    edition: str
    checksum: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal | None]
    status: str
    group_code: str | None
    way: DipExplanation | None
    why_not: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...] = ()
    points: PointsReason | None = None
