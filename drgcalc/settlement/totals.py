"""From the records' sums by hospital to the totals a point value is made of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.policy_reading import Choice
from drgcalc.settlement.rows import Hospital, HospitalTotals

ALL_RECORDS, WITH_POINTS = "all_records", "records_with_points"


class HospitalSums(NamedTuple):
    """Exact sums over the records of one hospital in one pool which the policy gives points, or gives none.

    stays: a line counts 1, a refund line that leaves nothing of its stay −1, one that leaves a part 0.
    """

    pool: str
    hospital_id: str
    carries_points: bool
    records: int
    stays: int
    points: Decimal
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


class PoolCases(NamedTuple):
    """Sums over the records of one pool as they were grouped, before anything is done with them."""

    pool: str
    records: int
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


class Counted(NamedTuple):
    """The records' sums in two parts: `totals` enter the point value, `aside` does not. Together they are all."""

    totals: tuple[HospitalTotals, ...]
    aside: tuple[HospitalSums, ...]


def count(sums: Iterable[HospitalSums], amounts: Choice) -> Counted:
    """One row of totals a pool and hospital, in the order of `sums`; which amounts enter is the policy's choice.

    They are those of all records, or of those that carry points; a hospital without any of these has amounts of zero.
    """
    by_hospital: dict[tuple[str, str], list[HospitalSums]] = {}
    aside = []
    for row in sums:
        by_hospital.setdefault((row.pool, row.hospital_id), []).append(row)
        if not _enters(row, amounts):
            aside.append(row)
    return Counted(tuple(_totals(rows, amounts) for rows in by_hospital.values()), tuple(aside))


def _enters(row: HospitalSums, amounts: Choice) -> bool:
    return row.carries_points or amounts.value == ALL_RECORDS


def _totals(rows: Sequence[HospitalSums], amounts: Choice) -> HospitalTotals:
    entering = [row for row in rows if _enters(row, amounts)]
    return HospitalTotals(
        pool=rows[0].pool,
        hospital_id=rows[0].hospital_id,
        records=sum(row.records for row in rows),
        cases=sum(row.stays for row in rows if row.carries_points),
        cases_without_points=sum(row.stays for row in rows if not row.carries_points),
        points=total([Decimal("0.0000"), *(row.points for row in rows)]),
        total_fee=total([ZERO, *(row.total_fee for row in entering)]),
        fund_booked=total([ZERO, *(row.fund_booked for row in entering)]),
        patient_paid=total([ZERO, *(row.patient_paid for row in entering)]),
    )


def standing(totals: Iterable[HospitalTotals], successors: Mapping[str, str]) -> tuple[HospitalTotals, ...]:
    """Totals of hospitals that have ended go to the ones in their place; one row a pool and hospital again."""
    found: dict[tuple[str, str], list[HospitalTotals]] = {}
    for row in totals:
        found.setdefault((row.pool, successors.get(row.hospital_id, row.hospital_id)), []).append(row)
    return tuple(
        rows[0]._replace(hospital_id=hospital) if len(rows) == 1 else _together(pool, hospital, rows)
        for (pool, hospital), rows in found.items()
    )


def _together(pool: str, hospital: str, rows: Sequence[HospitalTotals]) -> HospitalTotals:
    return HospitalTotals(
        pool=pool,
        hospital_id=hospital,
        records=sum(row.records for row in rows),
        cases=sum(row.cases for row in rows),
        cases_without_points=sum(row.cases_without_points for row in rows),
        points=total(row.points for row in rows),
        total_fee=total(row.total_fee for row in rows),
        fund_booked=total(row.fund_booked for row in rows),
        patient_paid=total(row.patient_paid for row in rows),
        special=total(row.special for row in rows),
    )


def check_totals(pools: Container[str], totals: Sequence[HospitalTotals]) -> None:
    """Raise RulesError for a pool without a fund formula and for a hospital that has two totals in a pool."""
    seen = set()
    for row in totals:
        if row.pool not in pools:
            raise RulesError(
                f"there are cases of pool {row.pool}, and the policy has no fund formula for it",
                hint=f"add [policy.fund.{row.pool}] to region.toml",
            )
        if (row.pool, row.hospital_id) in seen:
            raise RulesError(
                f"hospital {row.hospital_id} has two totals in pool {row.pool}", hint="sum the cases by hospital first"
            )
        seen.add((row.pool, row.hospital_id))


def with_zeros(
    pool: str, hospitals: Sequence[Hospital], totals: Sequence[HospitalTotals]
) -> tuple[HospitalTotals, ...]:
    """The pool's totals by hospital code; a hospital without cases is declared with zeros, not skipped."""
    nothing = Decimal("0.0000")
    rows = {
        row.hospital_id: HospitalTotals(pool, row.hospital_id, 0, 0, 0, nothing, ZERO, ZERO, ZERO) for row in hospitals
    }
    rows |= {row.hospital_id: row for row in totals if row.pool == pool}
    return tuple(rows[hospital] for hospital in sorted(rows))
