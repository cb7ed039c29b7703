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


class _Rest(NamedTuple):
    """All hospitals but one, as one row and as what they earn; and what is paid before anything changes."""

    row: HospitalTotals
    earning: _Earning
    before: _Sides | None


class PoolStakes:
    """A settled pool, to be asked what changes of single hospitals would move.

    fund: what points divide, yuan. hospitals: the totals it was divided by, one row a hospital.
    """

    def __init__(self, pool: str, fund: Decimal, hospitals: Sequence[HospitalTotals], rule: PointValueRule) -> None:
        self._pool, self._fund, self._rule = pool, fund, rule
        self._convention = convention_of(rule)
        self._hospitals = {row.hospital_id: row for row in hospitals}
        self._sums = _sums(hospitals)
        self._within = total([ZERO, *(within_base(rule.elastic, row) for row in hospitals)])
        earnings = [self._earning(row) for row in hospitals]
        self._earned = _Earning(*(sum(parts, _NOTHING) for parts in zip(*earnings, strict=True)))
        self._rests: dict[str, _Rest] = {}

    @property
    def needs_amounts(self) -> bool:
        """Whether a record's amounts, not only its points, decide what is paid."""
        return self._convention.reads_amounts

    def stake(self, hospital: str, change: Change) -> Stake | None:
        """What the change moves; None where nobody is paid before or after it, or the hospital has no totals."""
        if hospital not in self._hospitals:
            return None
        rest = self._rest(hospital)
        row = _changed(self._hospitals[hospital], change)
        mine = self._earning(row)
        before, after = rest.before, self._sides((row, rest.row), (mine, rest.earning), _added(self._sums, change))
        if before is None or after is None:
            return None
        at_value = before.scale * _entitled(before.values, mine) - before.own
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
        values = self._values(
            rows, Change(*(total([ZERO, *(getattr(row, name) for row in rows)]) for name in _AMOUNTS))
        )
        return values[0].value if values else None

    def _earning(self, row: HospitalTotals) -> _Earning:
        """The convention is linear in the worth of points: what a hospital's points within and beyond the base give."""
        beside = self._convention.entitled(_NOTHING, row)
        slope = self._convention.entitled(Fraction(1), row) - beside
        if self._rule.elastic is None:
            return _Earning(slope * Fraction(row.points), _NOTHING, beside)
        within = within_base(self._rule.elastic, row)
        return _Earning(slope * Fraction(within), slope * Fraction(less(row.points, within)), beside)

    def _rest(self, hospital: str) -> _Rest:
        """The others of the pool: their points within the base are the base of them all."""
        if hospital not in self._rests:
            own = self._hospitals[hospital]
            sums = [less(whole, getattr(own, name)) for name, whole in zip(_AMOUNTS, self._sums, strict=True)]
            row = HospitalTotals(self._pool, f"not {hospital}", 0, 0, 0, *sums)
            row = row._replace(base_points=less(self._within, within_base(self._rule.elastic, own)))
            mine = self._earning(own)
            earning = _Earning(*(whole - part for whole, part in zip(self._earned, mine, strict=True)))
            self._rests[hospital] = _Rest(row, earning, self._sides((own, row), (mine, earning), self._sums))
        return self._rests[hospital]

    def _sides(
        self, rows: tuple[HospitalTotals, HospitalTotals], earnings: tuple[_Earning, _Earning], sums: Change
    ) -> _Sides | None:
        """What one hospital and the others are paid; None: nobody is."""
        values = self._values(rows, sums)
        if not values:
            return None
        mine, others = (_entitled(values, earning) for earning in earnings)
        rescaled = self._rule.closing is not None and self._rule.closing.value == "rescale"
        fund = Fraction(self._fund)
        scale = fund / (mine + others) if rescaled and mine + others > 0 else Fraction(1)
        if scale != 1:
            mine, others = mine * scale, others * scale
        return _Sides(mine, others, fund - mine - others, values, scale)

    def _values(self, rows: Sequence[HospitalTotals], sums: Change) -> tuple[ClassValue, ...]:
        """The values of points for rows with these sums; none where nobody is paid."""
        lacking = self._convention.needs_ratio and (sums.total_fee <= 0 or sums.fund_booked <= 0)
        if sums.points <= 0 or lacking:
            return ()
        return class_values(self._pool, self._convention, PoolSums(self._fund, *sums), rows, self._rule)


def together(changes: Iterable[tuple[str, Change]]) -> dict[str, Change]:
    """The changes of each hospital as one."""
    found: dict[str, list[Change]] = {}
    for hospital, change in changes:
        found.setdefault(hospital, []).append(change)
    return {hospital: Change(*map(total, zip(*own, strict=True))) for hospital, own in found.items()}


def _sums(rows: Sequence[HospitalTotals]) -> Change:
    return Change(*(total([ZERO, *(getattr(row, name) for row in rows)]) for name in _AMOUNTS))


def _added(sums: Change, change: Change) -> Change:
    return Change(*(total(pair) if pair[1] else pair[0] for pair in zip(sums, change, strict=True)))


def _changed(row: HospitalTotals, change: Change) -> HospitalTotals:
    points, fee, booked, patient = _added(Change(row.points, row.total_fee, row.fund_booked, row.patient_paid), change)
    return row._replace(points=points, total_fee=fee, fund_booked=booked, patient_paid=patient)


def _entitled(values: Sequence[ClassValue], earning: _Earning) -> Fraction:
    """What points within and beyond the base earn at these values, and what is beside; one class is all points."""
    if len(values) == 1:
        points = earning.within + earning.beyond if earning.beyond else earning.within
        return values[0].paid_value * points + earning.beside
    by_class = {BASE: earning.within, INCREMENT: earning.beyond}
    return sum((one.paid_value * by_class[one.name] for one in values), earning.beside)
