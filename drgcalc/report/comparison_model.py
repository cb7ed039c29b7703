"""What records are under two schemes, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Flow(NamedTuple):
    """Cases of one hospital and pool that went from an old group to a new one: base.columns.TRANSITIONS."""

    hospital_id: str
    pool: str
    old_status: str
    old_group: str
    new_status: str
    new_group: str
    cases: int
    old_points: Decimal | None
    new_points: Decimal | None
    points_moved: Decimal | None
    yuan_moved: Decimal | None
    total_fee: Decimal

    @property
    def moves(self) -> bool:
        """Whether group or status differ."""
        return (self.old_status, self.old_group) != (self.new_status, self.new_group)


class HospitalMoves(NamedTuple):
    """What another scheme means for one hospital; points and yuan are None when not all of them are known."""

    hospital_id: str
    hospital_name: str
    cases: int
    moved: int
    points_moved: Decimal | None
    yuan_moved: Decimal | None


@dataclass(frozen=True)
class Moves:
    """Records of a period under two schemes. `moved` cases have another group or status; `flows` are theirs alone.

    `notes` say why points or yuan are not known.
    """

    region: str
    period: str
    old: str
    new: str
    cases: int
    moved: int
    hospitals: tuple[HospitalMoves, ...]
    flows: tuple[Flow, ...]
    notes: tuple[str, ...]
