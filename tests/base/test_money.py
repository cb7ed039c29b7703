"""Exact money: rounding half up, one division, splitting without a fen lost."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.base.money import (
    allocate,
    divide,
    exact,
    exact_ratio,
    from_units,
    multiply,
    over_one_denominator,
    ratio_total,
    round_half_up,
    to_units,
    total,
)

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)
weights = st.dictionaries(
    st.text("ABCDEFGH", min_size=1, max_size=3), st.decimals(min_value=0, max_value=10**9, places=4), min_size=1
)


@pytest.mark.parametrize("text", ["1e5", "NaN", "Infinity", "1,000", "", "一", "0x10", "1.2.3", "."])
def test_only_plain_numbers_are_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal number"):
        exact(text)


@pytest.mark.parametrize(("text", "value"), [("12.5%", "0.125"), ("0.98", "0.98"), ("98 %", "0.98"), ("１００％", "1")])
def test_a_ratio_in_per_cent_is_the_ratio(text: str, value: str) -> None:
    assert exact_ratio(text) == Decimal(value)


@pytest.mark.parametrize("text", ["%", "1%%", "12,5%", "1e1%"])
def test_what_is_no_number_is_no_per_cent(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal number"):
        exact_ratio(text)


@pytest.mark.parametrize(("text", "value"), [(" 12.50 ", "12.50"), ("-.5", "-0.5"), ("+3.", "3"), ("007", "7")])
def test_plain_numbers_are_read_as_they_stand(text: str, value: str) -> None:
    assert exact(text) == Decimal(value)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("2.3449", 2, "2.34"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("7", 2, "7.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, places: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), places)) == rounded


@pytest.mark.parametrize(
    ("top", "bottom", "quotient"),
    [("1", "-3", "-0.33"), ("-1", "-3", "0.33"), ("1", "8", "0.13")],
)
def test_quotients_are_rounded_once_with_the_right_sign(top: str, bottom: str, quotient: str) -> None:
    assert str(divide(Decimal(top), Decimal(bottom), 2)) == quotient


def test_division_by_zero_is_the_callers_decision() -> None:
    with pytest.raises(ZeroDivisionError):
        divide(Decimal(1), Decimal(0), 2)


def test_an_exact_ratio_is_divided_without_rounding_it_first() -> None:
    assert divide(Fraction(1, 3), Fraction(1, 3), 4) == 1


def test_results_do_not_depend_on_the_decimal_context() -> None:
    with decimal.localcontext(prec=3, rounding=decimal.ROUND_DOWN):
        assert str(divide(Decimal("123456789.555"), Decimal(1), 2)) == "123456789.56"
        assert str(multiply(Decimal("123456.789"), Decimal("1.05"))) == "129629.62845"
        assert str(total([Decimal("123456.78"), Decimal("0.01")])) == "123456.79"
        assert str(sum(allocate(Decimal("10.00"), {"a": Decimal(1), "b": Decimal(2)}).values())) == "10.0"


def test_units_are_the_amount_in_its_smallest_coin() -> None:
    assert to_units(Decimal("-12.3"), 2) == -1230
    assert str(from_units(-1230, 2)) == "-12.30"


def test_an_amount_finer_than_its_coin_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 2 decimals"):
        to_units(Decimal("0.001"), 2)


@given(st.integers(), st.integers(min_value=0, max_value=8))
def test_units_come_back_from_their_amount(units: int, places: int) -> None:
    assert to_units(from_units(units, places), places) == units


@given(amounts, amounts)
def test_products_and_sums_are_exact(one: Decimal, other: Decimal) -> None:
    assert Fraction(multiply(one, other)) == Fraction(one) * Fraction(other)
    assert Fraction(total([one, other])) == Fraction(one) + Fraction(other)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_not_multiplied(value: str) -> None:
    with pytest.raises(TypeError, match="not a finite number"):
        multiply(Decimal(2), Decimal(value))


@pytest.mark.parametrize(
    ("factors", "product"), [(("-1.5", "0"), "0.0"), (("1E+2", "3"), "300"), (("0.10", "0.10"), "0.0100"), ((), "1")]
)
def test_a_product_is_spelled_without_exponent_and_without_a_zero_below_zero(
    factors: tuple[str, ...], product: str
) -> None:
    assert str(multiply(*map(Decimal, factors))) == product


def test_a_sum_has_the_places_of_its_finest_amount_and_no_negative_zero() -> None:
    assert str(total([])) == "0"
    assert str(total([Decimal("1.5"), Decimal("-1.50")])) == "0.00"
    assert str(total([Decimal("-0.00")])) == "0.00"
    assert str(total([Decimal("1E+3"), Decimal("1")])) == "1001"
    assert str(total([Decimal("1E+30"), Decimal("0.01")])) == "1000000000000000000000000000000.01"


@given(st.lists(st.fractions(max_denominator=10**12)))
def test_sums_of_ratios_are_exact(ratios: list[Fraction]) -> None:
    assert ratio_total(ratios) == sum(ratios, Fraction(0))
    numerators, common = over_one_denominator(ratios)
    assert [Fraction(numerator, common) for numerator in numerators] == ratios


@given(amounts, weights)
def test_parts_always_sum_to_the_amount(amount: Decimal, given_weights: dict[str, Decimal]) -> None:
    if any(given_weights.values()):
        assert total(allocate(amount, given_weights).values()) == amount


@given(amounts, weights)
def test_a_part_is_within_a_fen_of_its_exact_share(amount: Decimal, given_weights: dict[str, Decimal]) -> None:
    whole = sum(map(Fraction, given_weights.values()))
    if whole:
        for key, part in allocate(amount, given_weights).items():
            share = Fraction(amount) * Fraction(given_weights[key]) / whole
            assert abs(Fraction(part) - share) < Fraction(1, 100)


@given(amounts, weights)
def test_splitting_a_debt_mirrors_splitting_the_amount(amount: Decimal, given_weights: dict[str, Decimal]) -> None:
    if any(given_weights.values()):
        mirrored = allocate(-amount, given_weights)
        assert {key: -part for key, part in mirrored.items()} == allocate(amount, given_weights)


@given(amounts, weights)
def test_the_order_of_the_keys_does_not_change_a_part(amount: Decimal, given_weights: dict[str, Decimal]) -> None:
    if any(given_weights.values()):
        assert allocate(amount, dict(reversed(given_weights.items()))) == allocate(amount, given_weights)


def test_equal_remainders_go_to_the_first_keys() -> None:
    parts = allocate(Decimal("100.00"), {"C": Decimal(1), "A": Decimal(1), "B": Decimal(1)})
    assert {key: str(part) for key, part in parts.items()} == {"C": "33.33", "A": "33.34", "B": "33.33"}


def test_a_negative_weight_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="weight of B is negative"):
        allocate(Decimal("1.00"), {"A": Decimal(2), "B": Decimal(-1)})


def test_money_without_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="no weight is above zero"):
        allocate(Decimal("1.00"), {"A": Decimal(0)})


def test_nothing_can_be_split_over_nobody() -> None:
    assert allocate(Decimal("0.00"), {}) == {}
