"""What a mended record moves: worked by hand, and against the entitlements that prove every settlement."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import choice, examples, number, one_pool, policy_of, totals_of

from drgcalc.base.money import round_half_up, total
from drgcalc.settlement.entitlement import entitlements
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals
from drgcalc.settlement.stakes import Change, PoolStakes, together

CASES = examples("stakes")["case"]
ELASTIC = {
    "base_share": number(Decimal("0.7"), "ratio"),
    "without_base": choice("base"),
}


def rule(case: Mapping[str, Any]) -> PointValueRule:
    made = {
        "point_value__convention": choice(case["convention"]),
        "point_value__closing": choice(case["closing"]) if "closing" in case else None,
        "point_value__pay_with": choice(case.get("pay_with", "exact")),
    }
    if "rate" in case:
        made["point_value__rates"] = {"resident": number(Decimal(case["rate"]), "yuan_per_point")}
        made["point_value__fixed_rate_pays"] = choice(case["fixed_rate_pays"])
    if case.get("elastic"):
        made["point_value__elastic"] = ELASTIC
    return policy_of(one_pool(**made)).point_value


def change_of(record: Mapping[str, str]) -> Change:
    return Change(*(Decimal(record.get(name, "0")) for name in ("points", "total", "fund_booked", "patient_paid")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_worked_records_move_what_they_say(case: dict[str, Any]) -> None:
    rows = totals_of([{"id": name, **case[name]} for name in ("A", "B")])
    pool = PoolStakes("resident", Decimal(case["fund"]), rows, rule(case))
    change = change_of(case["record"])
    found = pool.stake("A", change)
    assert found is not None
    assert [str(amount) for amount in found] == [case[name] for name in ("at_value", "hospital", "rest", "kept")]
    assert str(round_half_up(pool.value_after({"A": change}) or Fraction(0), 8)) == case["value_after"]


amounts = st.decimals(0, 90_000, places=2, allow_nan=False)
points = st.decimals(0, 9_000, places=4, allow_nan=False)
KINDS = [
    {"convention": "fund_only"},
    {"convention": "fund_only", "pay_with": "printed", "closing": "leave_in_fund"},
    {"convention": "fund_plus_patient"},
    {"convention": "total_cost", "closing": "leave_in_fund"},
    {"convention": "total_cost", "closing": "rescale"},
    {"convention": "fund_only", "elastic": True},
    {"convention": "total_cost", "closing": "rescale", "elastic": True},
    {"convention": "fixed_rate", "fixed_rate_pays": "total_cost", "rate": "9.5", "closing": "leave_in_fund"},
]


@st.composite
def pools(draw: st.DrawFn) -> list[HospitalTotals]:
    rows = []
    for name in "ABC"[: draw(st.integers(1, 3))]:
        booked, patient = draw(amounts), draw(amounts)
        base = draw(st.none() | points)
        row = HospitalTotals("resident", name, 1, 1, 0, draw(points), booked + patient, booked, patient)
        rows.append(row._replace(base_points=base))
    return rows


@given(pools(), st.sampled_from(KINDS), st.decimals(-100, 100, places=4), amounts, amounts)
@settings(max_examples=150, deadline=None)
def test_a_stake_is_the_change_of_proved_entitlements_and_sums_to_zero(
    rows: list[HospitalTotals], kind: dict[str, Any], more: Decimal, booked: Decimal, patient: Decimal
) -> None:
    fund, policy = Decimal("50000.00"), rule(kind)
    change = Change(more, total((booked, patient)), booked, patient)
    found = PoolStakes("resident", fund, rows, policy).stake("A", change)
    first, *others = rows
    after = first._replace(
        points=total((first.points, change.points)),
        total_fee=total((first.total_fee, change.total_fee)),
        fund_booked=total((first.fund_booked, booked)),
        patient_paid=total((first.patient_paid, patient)),
    )
    before, then = (entitlements("resident", fund, pool, policy) for pool in (rows, [after, *others]))
    if found is None:
        assert not any(before.values()) or not any(then.values())
        return
    assert total((found.hospital, found.rest, found.kept)) == 0
    assert found.hospital == round_half_up(then["A"] - before["A"], 2)
    rest = sum((then[row.hospital_id] - before[row.hospital_id] for row in others), Fraction(0))
    assert abs(Fraction(found.rest) - rest) <= Fraction(1, 100)


def test_the_order_of_hospitals_and_of_changes_does_not_matter() -> None:
    case = CASES[3]
    rows = totals_of([{"id": name, **case[name]} for name in ("A", "B")])
    one, other = (PoolStakes("resident", Decimal(case["fund"]), order, rule(case)) for order in (rows, rows[::-1]))
    changes = [("A", change_of(case["record"])), ("B", Change(Decimal("2.5"))), ("A", Change(Decimal(-1)))]
    assert one.stake("A", changes[0][1]) == other.stake("A", changes[0][1])
    assert one.value_after(together(changes)) == other.value_after(together(changes[::-1]))


def test_a_hospital_that_is_not_of_the_pool_has_no_stake() -> None:
    rows = totals_of([{"id": "A", **CASES[0]["A"]}])
    assert PoolStakes("resident", Decimal(1), rows, rule(CASES[0])).stake("Z", Change(Decimal(1))) is None
