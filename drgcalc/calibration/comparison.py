"""What new scores move against those in force, and groups whose score hangs on few stays or one hospital."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import POINTS_PLACES, allocate, divide, from_units, round_half_up

FEN = 100
POINT_UNITS = 10**10
RATIO_PLACES = 4


class Moved(NamedTuple):
    """A pool, hospital and group in the newest year of the history: stays, fen, and points in units of 10^-10.

    Points are None where one side has no score.
    """

    pool: str
    hospital_id: str
    group_code: str
    stays: int
    fee: int
    fund: int
    old_points: int | None
    new_points: int | None


class GroupMove(NamedTuple):
    """A group's score in force and its new one; stays of the newest year and their points by both."""

    group_code: str
    old_score: Decimal | None
    new_score: Decimal | None
    change: Decimal | None
    stays: int
    old_points: Decimal | None
    new_points: Decimal | None
    how: str


class HospitalMove(NamedTuple):
    """A hospital in one pool: stays and points of the newest year by both scores; yuan gained from the same money."""

    pool: str
    hospital_id: str
    stays: int
    old_points: Decimal
    new_points: Decimal
    yuan_moved: Decimal


class GroupHospital(NamedTuple):
    """One hospital's stays in a flagged group, all and after trimming; fen."""

    group_code: str
    hospital_id: str
    stays: int
    kept_stays: int
    kept_fee: int


class Flag(NamedTuple):
    """A group whose score hangs on little: how its mean would change without one hospital or its dearest stay.

    reason: small_sample, one_hospital, or both joined by |. Changes are ratios to the mean, None when nothing is left.
    """

    group_code: str
    reason: str
    stays: int
    hospitals: int
    hospital_id: str
    change_without_hospital: Decimal | None
    change_without_dearest: Decimal | None


def group_moves(
    moved: Iterable[Moved],
    old: Mapping[str, Decimal | None],
    new: Mapping[str, Decimal],
    how: Mapping[str, str],
) -> tuple[GroupMove, ...]:
    """One row a group that has a score on either side, by code. An old score of None differs by level."""
    by_group: dict[str, list[Moved]] = {}
    for row in moved:
        by_group.setdefault(row.group_code, []).append(row)
    return tuple(
        _group_move(code, old.get(code), new.get(code), by_group.get(code, []), how.get(code, ""))
        for code in sorted(set(old) | set(new))
    )


def hospital_moves(moved: Sequence[Moved]) -> tuple[HospitalMove, ...]:
    """What each hospital gains or loses when a pool's booked money of the year is shared by the new points.

    Only stays of groups that have a score on both sides count. The yuan of a pool sum to zero.
    """
    found: list[HospitalMove] = []
    for pool in sorted({row.pool for row in moved}):
        both = [row for row in moved if row.pool == pool and row.old_points is not None and row.new_points is not None]
        old, new, stays = _sums(both)
        if not any(old.values()) or not any(new.values()):
            continue
        money = from_units(sum(row.fund for row in both), 2)
        before, after = allocate(money, old), allocate(money, new)
        found += [
            HospitalMove(
                pool, hospital, stays[hospital], _points(old[hospital]), _points(new[hospital]),
                after[hospital] - before[hospital],
            )
            for hospital in sorted(old)
        ]  # fmt: skip
    return tuple(found)


def flags(hospitals: Iterable[GroupHospital], dearest: Mapping[str, int], least_cases: int) -> tuple[Flag, ...]:
    """Groups with fewer than `least_cases` stays or with one hospital, and what their mean hangs on, by code.

    `dearest`: the highest cost that counts, fen. The named hospital is the one whose absence changes the mean most.
    """
    by_group: dict[str, list[GroupHospital]] = {}
    for row in hospitals:
        by_group.setdefault(row.group_code, []).append(row)
    return tuple(_flag(code, rows, dearest.get(code), least_cases) for code, rows in sorted(by_group.items()))


def _flag(code: str, rows: Sequence[GroupHospital], dearest: int | None, least_cases: int) -> Flag:
    stays = sum(row.stays for row in rows)
    kept, fee = sum(row.kept_stays for row in rows), sum(row.kept_fee for row in rows)
    reasons = [("small_sample", stays < least_cases), ("one_hospital", len(rows) == 1)]
    without = {row.hospital_id: _change(fee, kept, row.kept_fee, row.kept_stays) for row in rows}
    hospital = max(sorted(without), key=lambda name: abs(without[name] or Decimal(0)))
    return Flag(
        group_code=code,
        reason="|".join(name for name, holds in reasons if holds),
        stays=stays,
        hospitals=len(rows),
        hospital_id=hospital,
        change_without_hospital=without[hospital],
        change_without_dearest=_change(fee, kept, dearest or 0, 1),
    )


def _change(fee: int, stays: int, fee_out: int, stays_out: int) -> Decimal | None:
    """By what ratio the mean changes when some stays are left out."""
    if fee <= 0 or stays <= stays_out:
        return None
    before, after = Fraction(fee, stays), Fraction(fee - fee_out, stays - stays_out)
    return divide(after - before, before, RATIO_PLACES)


def _group_move(code: str, old: Decimal | None, new: Decimal | None, rows: Sequence[Moved], how: str) -> GroupMove:
    return GroupMove(
        group_code=code,
        old_score=old,
        new_score=new,
        change=None if not old or new is None else divide(new - old, old, RATIO_PLACES),
        stays=sum(row.stays for row in rows),
        old_points=_total([row.old_points for row in rows]),
        new_points=_total([row.new_points for row in rows]),
        how=how,
    )


def _total(points: Sequence[int | None]) -> Decimal | None:
    known = [part for part in points if part is not None]
    return _points(Fraction(sum(known))) if len(known) == len(points) else None


def _sums(rows: Iterable[Moved]) -> tuple[dict[str, Fraction], dict[str, Fraction], dict[str, int]]:
    """Points by the old and the new scores (10^-10), and stays, by hospital."""
    old: dict[str, Fraction] = {}
    new: dict[str, Fraction] = {}
    stays: dict[str, int] = {}
    for row in rows:
        old[row.hospital_id] = old.get(row.hospital_id, Fraction(0)) + (row.old_points or 0)
        new[row.hospital_id] = new.get(row.hospital_id, Fraction(0)) + (row.new_points or 0)
        stays[row.hospital_id] = stays.get(row.hospital_id, 0) + row.stays
    return old, new, stays


def _points(units: Fraction) -> Decimal:
    return round_half_up(units / POINT_UNITS, POINTS_PLACES)
