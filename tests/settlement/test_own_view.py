"""A hospital's own view: every cause of a difference on its own and together, to the fen; elastic values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import block, choice, examples, number, policy_of

from drgcalc.base.money import from_units, total
from drgcalc.settlement.clearing import Cleared
from drgcalc.settlement.own_view import (
    CaseLine,
    OwnDifference,
    Values,
    month_steps,
    own_amount,
    own_differences,
    year_steps,
)
from drgcalc.settlement.payment_rows import Payment
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import Allocation, HospitalTotals

EXAMPLES, ELASTIC = examples("own_view"), examples("elastic")
ZERO = Decimal("0.00")
POINTS = st.integers(0, 99999999).map(lambda units: from_units(units, 4))
AMOUNTS = ("points", "total_fee", "fund_booked", "patient_paid")


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def rule(convention: str, **changes: Any) -> PointValueRule:
    closing = {} if convention == "total_cost" else {"point_value__closing": None}
    return policy_of(block(point_value__convention=choice(convention), **closing, **changes)).point_value


def lines(cases: list[dict[str, str]]) -> list[CaseLine]:
    return [CaseLine("p", case["id"], *(Decimal(case[name]) for name in AMOUNTS)) for case in cases]


def totals(cases: list[CaseLine], special: str = "0.00") -> HospitalTotals:
    sums = {name: total([ZERO, *(getattr(case, name) for case in cases)]) for name in AMOUNTS}
    return HospitalTotals("p", "H", len(cases), len(cases), 0, *sums.values(), special=Decimal(special))


def allocation(row: HospitalTotals, value: str, payable: str, **beyond: Decimal) -> Allocation:
    return Allocation(
        "2024", "p", "H", "医院", "三级", row.cases, 0, row.points, Decimal(value), row.total_fee, row.fund_booked,
        row.patient_paid, Decimal(payable), ZERO, Decimal(payable), ZERO, special_paid=row.special, **beyond,
    )  # fmt: skip


def by_cause(found: tuple[OwnDifference, ...]) -> dict[str, str]:
    return {row.cause: str(row.amount) for row in found}


@named(EXAMPLES["example"])
def test_a_difference_has_its_cause(case: dict[str, Any]) -> None:
    own = lines(EXAMPLES["case"])
    changed = {line.settlement_id: line for line in lines(case.get("changed", []))}
    theirs = [
        *(changed.get(line.settlement_id, line) for line in own if line.settlement_id not in case.get("without", [])),
        *lines(case.get("more", [])),
    ]
    policy, values = rule(case["convention"]), Values(Decimal(EXAMPLES["value"]))
    statement = totals(theirs, case.get("special", "0.00"))
    bureau = allocation(statement, case.get("bureau_value", EXAMPLES["value"]), case["payable"])
    found = own_differences(totals(own), values, bureau, policy, (own, theirs))
    assert by_cause(found) == case["differences"]
    amount = own_amount(totals(own), values, policy)
    assert total([amount.payable, *(row.amount for row in found)]) == bureau.payable
    assert list(by_cause(found)) == list(case["differences"])


def test_missing_cases_are_named() -> None:
    own = lines(EXAMPLES["case"])
    policy, values = rule("fund_only"), Values(Decimal(30))
    (found,) = own_differences(totals(own), values, allocation(totals(own[:1]), "30", "300.00"), policy, (own, own[:1]))
    assert (found.cause, found.own, found.bureau) == ("missing_there", "2 cases: B, C", "none")


def test_without_the_bureaus_cases_a_missing_one_shows_as_points() -> None:
    own = lines(EXAMPLES["case"])
    found = own_differences(
        totals(own), Values(Decimal(30)), allocation(totals(own[:2]), "30", "900.00"), rule("fund_only")
    )
    assert by_cause(found) == {"points": "-1200.00"}


@settings(deadline=None)
@given(
    own=POINTS, bureau=POINTS, base=POINTS, payable=st.integers(-999999, 9999999).map(lambda fen: from_units(fen, 2))
)
def test_the_causes_add_up_to_the_fen_with_elastic_values_too(
    own: Decimal, bureau: Decimal, base: Decimal, payable: Decimal
) -> None:
    elastic = {"base_share": number(Decimal("0.8"), "ratio"), "without_base": choice("base")}
    policy = rule("total_cost", point_value__elastic=elastic)
    values = Values(Decimal("9.12345678"), Decimal("3.87654321"))
    ours = HospitalTotals("p", "H", 1, 1, 0, own, Decimal(100), Decimal(60), Decimal(40), base)
    beyond = max(bureau - base, Decimal(0))
    theirs = ours._replace(points=bureau)
    statement = allocation(
        theirs, "9.12345678", str(payable), increment_points=beyond, increment_value=Decimal("3.87654321")
    )
    amount = own_amount(ours, values, policy)
    found = own_differences(ours, values, statement, policy)
    assert total([amount.payable, *(row.amount for row in found)]) == payable
    assert {row.cause for row in found} <= {"points", "rounding"}


@named(ELASTIC["case"][:2])
def test_a_hospital_gets_from_two_published_values_what_the_bureau_pays(case: dict[str, Any]) -> None:
    elastic = {"base_share": number(Decimal(ELASTIC["base_share"]), "ratio"), "without_base": choice("base")}
    policy = rule(case["convention"], point_value__elastic=elastic)
    values = Values(Decimal(case["value"]), Decimal(case["increment"]))
    for hospital in ELASTIC["hospital"]:
        row = HospitalTotals(
            "p", hospital["id"], 1, 1, 0, *(Decimal(hospital[name]) for name in ("points", "total", "fund_booked")),
            Decimal(hospital["patient_paid"]), Decimal(hospital["base"]),
        )  # fmt: skip
        amount = own_amount(row, values, policy)
        assert str(amount.payable) == case[hospital["id"]]
        assert amount.increment_points == Decimal(hospital["points"]) - Decimal(hospital["base"])


@named(EXAMPLES["month"])
def test_from_a_months_payable_to_what_is_sent(case: dict[str, Any]) -> None:
    empty = dict.fromkeys(Payment._fields[4:], ZERO)
    row = Payment("2024-05", "p", "H", "医院", **{**empty, **{key: Decimal(cell) for key, cell in case["row"].items()}})
    found = month_steps(row)
    assert by_cause(found) == case["steps"]
    assert total([row.payable, *(step.amount for step in found)]) == row.paid


@named(EXAMPLES["year"])
def test_from_a_years_payable_to_the_clearing(case: dict[str, Any]) -> None:
    empty: dict[str, Any] = dict.fromkeys(Cleared._fields[4:], ZERO)
    known = {key: Decimal(cell) for key, cell in case["row"].items()}
    row = Cleared(2024, "p", "H", "医院", **{**empty, **known, "status": "pay"})
    found = year_steps(row)
    assert by_cause(found) == case["steps"]
    assert total([row.payable, *(step.amount for step in found)]) == row.clearing
