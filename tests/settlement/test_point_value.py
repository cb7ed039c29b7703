"""Points to money: the four conventions, what they leave over, and exact splitting."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settlement_cases import block, choice, examples, needs_vectors, number, policy_of, shared_vectors, totals_of

from drgcalc.base.money import allocate, round_half_up, total
from drgcalc.settlement.point_value import Distribution, allocate_signed, distribute
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals

EXAMPLES = examples("conventions")
VECTORS = shared_vectors()


def rule_of(
    convention: str,
    closing: str | None = None,
    pay_with: str = "exact",
    rate: str | None = None,
    pays: str | None = None,
) -> PointValueRule:
    changes: dict[str, Any] = {"convention": choice(convention), "pay_with": choice(pay_with)}
    changes |= {"closing": choice(closing) if closing else None}
    if pays:
        prices = {pool: number(Decimal(rate or 0), "yuan_per_point") for pool in ("employee", "resident")}
        changes |= {"fixed_rate_pays": choice(pays), "rates": prices}
    return policy_of(block(**{f"point_value__{key}": value for key, value in changes.items()})).point_value


@pytest.mark.parametrize("case", EXAMPLES["case"], ids=lambda case: case["working"])
def test_worked_conventions_pay_what_they_say(case: dict[str, Any]) -> None:
    rule = rule_of(
        case["convention"],
        case.get("closing"),
        case.get("pay_with", "exact"),
        rate=case.get("rate"),
        pays=case.get("pays"),
    )
    fund = Decimal(case.get("fund", EXAMPLES["fund"]))
    done = distribute("resident", fund, totals_of(EXAMPLES["hospital"]), rule)
    assert {key: str(amount) for key, amount in done.payable().items()} == {"A": case["A"], "B": case["B"]}
    assert str(done.residual) == case["residual"]
    assert round_half_up(done.value, 8) == Decimal(case["value"])


def _vector(convention: str, closing: str | None = None) -> tuple[Distribution, dict[str, Any]]:
    rule = rule_of(convention, closing)
    vector = VECTORS["conventions"]
    return distribute("resident", Decimal(vector["fund"]), totals_of(vector["hospital"]), rule), vector[convention]


@needs_vectors()
@pytest.mark.parametrize("convention", ["fund_only", "fund_plus_patient"])
def test_vectors_of_the_conventions_that_keep_the_pool_whole(convention: str) -> None:
    done, expected = _vector(convention)
    assert {key: str(amount) for key, amount in done.payable().items()} == {"A": expected["A"], "B": expected["B"]}
    assert round_half_up(done.value, 2) == Decimal(expected["value"])
    assert done.residual == 0


@needs_vectors()
def test_vectors_of_total_cost_leave_a_residual() -> None:
    done, expected = _vector("total_cost", "leave_in_fund")
    assert {key: str(amount) for key, amount in done.payable().items()} == {"A": expected["A"], "B": expected["B"]}
    assert str(done.residual) == expected["residual"]
    assert round_half_up(done.value, 12) == Decimal(expected["value"])


@needs_vectors()
def test_vectors_of_total_cost_rescaled_pay_the_whole_pool() -> None:
    done, expected = _vector("total_cost", "rescale")
    paid = done.payable()
    assert (str(paid["A"]), str(paid["B"])) == (expected["rescaled_A"], expected["rescaled_B"])


@needs_vectors()
def test_vectors_of_the_largest_remainder() -> None:
    vector = VECTORS["largest_remainder"]
    weights = {f"H{index}": Decimal(weight) for index, weight in enumerate(vector["weights"])}
    assert [str(part) for part in allocate(Decimal(vector["amount"]), weights).values()] == vector["parts"]


def test_no_points_pay_nobody_and_divide_nothing() -> None:
    done = distribute("resident", Decimal("50.00"), [_row("A", points="0")], rule_of("fund_only"))
    assert (done.status, done.payable(), str(done.residual)) == ("no_points", {"A": Decimal("0.00")}, "50.00")


def test_points_below_zero_in_sum_pay_nobody() -> None:
    done = distribute("resident", Decimal("50.00"), [_row("A", points="-3")], rule_of("fund_plus_patient"))
    assert done.status == "no_points"


def test_a_pool_that_nobody_booked_on_has_no_fund_ratio() -> None:
    rows = [_row("A", booked="0")]
    done = distribute("resident", Decimal("50.00"), rows, rule_of("total_cost", "rescale"))
    assert (done.status, str(done.residual), done.closing) == ("no_ratio", "50.00", "leave_in_fund")


def test_a_hospital_with_points_but_no_cost_is_named() -> None:
    rows = [_row("A"), _row("B", total="0", booked="0")]
    done = distribute("resident", Decimal("50.00"), rows, rule_of("total_cost", "leave_in_fund"))
    assert done.without_ratio == ("B",)
    assert done.payable()["B"] == 0


def test_what_cannot_be_rescaled_stays_in_the_fund() -> None:
    rows = [_row("A", points="0"), _row("B", booked="0")]
    done = distribute("resident", Decimal("50.00"), rows, rule_of("total_cost", "rescale"))
    assert (done.closing, str(done.residual), done.rescaled) == ("leave_in_fund", "50.00", {})


def test_a_hospital_of_refunds_only_pays_back() -> None:
    done = distribute(
        "resident", Decimal("100.00"), [_row("A", points="3"), _row("B", points="-1")], rule_of("fund_only")
    )
    assert {key: str(amount) for key, amount in done.payable().items()} == {"A": "150.00", "B": "-50.00"}


def _row(code: str, points: str = "10", total: str = "100", booked: str = "60") -> HospitalTotals:
    return HospitalTotals("resident", code, 1, 1, 0, Decimal(points), Decimal(total), Decimal(booked), Decimal(0))


signed = st.integers(-500, 3000).map(Fraction)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.dictionaries(st.text("ABCDE", min_size=1, max_size=2), signed, min_size=1).filter(lambda w: sum(w.values()) > 0),
)
def test_signed_parts_sum_to_the_amount(amount: Decimal, weights: dict[str, Fraction]) -> None:
    parts = allocate_signed(amount, weights)
    assert total(parts.values()) == amount
    assert list(parts) == list(weights)


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.dictionaries(st.text("ABCDE", min_size=1, max_size=2), st.integers(0, 900).map(Fraction), min_size=1),
)
def test_weights_above_zero_are_split_by_largest_remainder_alone(amount: Decimal, weights: dict[str, Fraction]) -> None:
    if any(weights.values()):
        assert allocate_signed(amount, weights) == allocate(amount, weights)
