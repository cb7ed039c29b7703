"""What a mended record would move: yuan of its hospital, of the others and of the fund, in a pool that is fixed.

The pool that points divide stays as it is settled, so what one side gains the others give: with a value that the points
make (fund ÷ points) more points lower it for everybody; with a given value the fund keeps less. All is computed exactly
by the convention of the policy and rounded once, so that the three sum to zero. A pool's hospitals other than the
record's come in as sums, so that a record costs the same however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.settlement.elastic import BASE, INCREMENT, within_base
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.point_value import ClassValue, PoolSums, class_values, convention_of
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals

_AMOUNTS = ("points", "total_fee", "fund_booked", "patient_paid")
_NOTHING = Fraction(0)


class Change(NamedTuple):
    """What is added to a hospital's totals: points, and the amounts that the policy lets count, yuan."""

    points: Decimal
    total_fee: Decimal = ZERO
    fund_booked: Decimal = ZERO
    patient_paid: Decimal = ZERO


class Stake(NamedTuple):
    """What a change moves, yuan. at_value: the hospital's gain at the values as settled; the others sum to zero.

    hospital: its gain in the fixed pool. rest: that of all other hospitals. kept: what the fund keeps more.
    """

    at_value: Decimal
    hospital: Decimal
    rest: Decimal
    kept: Decimal


class _Earning(NamedTuple):
    """What hospitals are entitled to for the values 1 of points within the base and beyond it, and beside points."""

    within: Fraction
    beyond: Fraction
    beside: Fraction


class _Sides(NamedTuple):
    """Exact entitlements of one hospital, of the others, and what is kept; the values and the scale that gave them."""

    own: Fraction
    rest: Fraction
    kept: Fraction
    values: tuple[ClassValue, ...]
    scale: Fraction


class PoolStakes:
    """A settled pool, to be asked what changes of single hospitals would move.

    fund: what points divide, yuan. hospitals: the totals it was divided by, one row a hospital.
    """

    def __init__(self, pool: str, fund: Decimal, hospitals: Sequence[HospitalTotals], rule: PointValueRule) -> None:
        self._pool, self._fund, self._rule = pool, fund, rule
        self._convention = convention_of(rule)
        self._hospitals = {row.hospital_id: row for row in hospitals}
        self._earnings = {row.hospital_id: self._earning(row) for row in hospitals}
        self._sums = Change(*(total([ZERO, *(getattr(row, name) for row in hospitals)]) for name in _AMOUNTS))
        self._within = total([ZERO, *(within_base(rule.elastic, row) for row in hospitals)])
        self._all = _Earning(*(sum(parts, _NOTHING) for parts in zip(*self._earnings.values(), strict=True)))
        self._before: dict[str, _Sides | None] = {}

    @property
    def needs_amounts(self) -> bool:
        """Whether a record's amounts, not only its points, decide what is paid."""
        return self._convention.reads_amounts

    def stake(self, hospital: str, change: Change) -> Stake | None:
        """What the change moves; None where nobody is paid before or after it, or the hospital has no totals."""
        if hospital not in self._hospitals:
            return None
        if hospital not in self._before:
            self._before[hospital] = self._sides(self._hospitals[hospital])
        row = _changed(self._hospitals[hospital], change)
        before, after = self._before[hospital], self._sides(row)
        if before is None or after is None:
            return None
        at_value = before.scale * self._entitled(before.values, row) - before.own
        own, kept = (
            round_half_up(amount, MONEY_PLACES) for amount in (after.own - before.own, after.kept - before.kept)
        )
        if after.rest == before.rest:
            kept = less(ZERO, own)
        return Stake(round_half_up(at_value, MONEY_PLACES), own, less(ZERO, own, kept), kept)

    def value_after(self, changes: Mapping[str, Change]) -> Fraction | None:
        """The point value (of points within the base, when values are elastic) after all the changes; None: none."""
        rows = [
            _changed(row, changes[row.hospital_id]) if row.hospital_id in changes else row
            for row in self._hospitals.values()
        ]
        values = self._values(rows)
        return values[0].value if values else None

    def _earning(self, row: HospitalTotals) -> _Earning:
        """The convention is linear in the worth of points: what a hospital's points within and beyond the base give."""
        within = within_base(self._rule.elastic, row)
        beside = self._convention.entitled(_NOTHING, row)
        slope = self._convention.entitled(Fraction(1), row) - beside
        return _Earning(slope * Fraction(within), slope * Fraction(less(row.points, within)), beside)

    def _sides(self, own: HospitalTotals) -> _Sides | None:
        values = self._values([own, self._others(own.hospital_id)])
        if not values:
            return None
        mine = self._entitled(values, own)
        earning = self._earnings[own.hospital_id]
        others = _Earning(*(whole - part for whole, part in zip(self._all, earning, strict=True)))
        rest = _worth(values, others) + others.beside
        scale = self._scale(mine + rest)
        return _Sides(mine * scale, rest * scale, Fraction(self._fund) - (mine + rest) * scale, values, scale)

    def _others(self, hospital: str) -> HospitalTotals:
        """All hospitals but one, as one: their points within the base are its base."""
        known = self._hospitals[hospital]
        sums = [less(whole, getattr(known, name)) for name, whole in zip(_AMOUNTS, self._sums, strict=True)]
        base = less(self._within, within_base(self._rule.elastic, known))
        others = HospitalTotals(self._pool, f"not {hospital}", 0, 0, 0, *sums)
        return others._replace(base_points=base)

    def _values(self, rows: Sequence[HospitalTotals]) -> tuple[ClassValue, ...]:
        """The values of points for these rows; none where nobody is paid."""
        amounts = (total([ZERO, *(getattr(row, name) for row in rows)]) for name in _AMOUNTS)
        sums = PoolSums(self._fund, *amounts)
        lacking = self._convention.needs_ratio and (sums.total_fee <= 0 or sums.fund_booked <= 0)
        if sums.points <= 0 or lacking:
            return ()
        return class_values(self._pool, self._convention, sums, rows, self._rule)

    def _entitled(self, values: Sequence[ClassValue], row: HospitalTotals) -> Fraction:
        earning = self._earning(row)
        return _worth(values, earning) + earning.beside

    def _scale(self, entitled: Fraction) -> Fraction:
        """What entitlements are multiplied by at the end: rescaled to the pool, if that is the policy's closing."""
        rescaled = self._rule.closing is not None and self._rule.closing.value == "rescale"
        return Fraction(self._fund) / entitled if rescaled and entitled > 0 else Fraction(1)


def together(changes: Iterable[tuple[str, Change]]) -> dict[str, Change]:
    """The changes of each hospital as one."""
    found: dict[str, list[Change]] = {}
    for hospital, change in changes:
        found.setdefault(hospital, []).append(change)
    return {hospital: Change(*map(total, zip(*own, strict=True))) for hospital, own in found.items()}


def _changed(row: HospitalTotals, change: Change) -> HospitalTotals:
    points, fee, booked, patient = (total((getattr(row, name), getattr(change, name))) for name in _AMOUNTS)
    return row._replace(points=points, total_fee=fee, fund_booked=booked, patient_paid=patient)


def _worth(values: Sequence[ClassValue], earning: _Earning) -> Fraction:
    """What points within and beyond the base are entitled to at these values; one class is all points."""
    by_class = {BASE: earning.within, INCREMENT: earning.beyond}
    if len(values) == 1:
        return values[0].paid_value * (earning.within + earning.beyond)
    return sum((one.paid_value * by_class[one.name] for one in values), _NOTHING)
