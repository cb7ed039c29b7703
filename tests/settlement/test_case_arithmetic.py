"""What a case has of its hospital's amount: shares that always sum to it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import block, choice, policy_of

from drgcalc.base.money import from_units
from drgcalc.settlement.case_arithmetic import CaseWeight, case_shares, worth
from drgcalc.settlement.policy import PointValueRule
from drgcalc.settlement.rows import HospitalTotals

POINTS = st.integers(-5000000, 50000000).map(lambda units: from_units(units, 4))
YUAN = st.integers(-100000, 10000000).map(lambda fen: from_units(fen, 2))
CASES = st.lists(st.tuples(POINTS, YUAN), min_size=1, max_size=12)


def rule(convention: str) -> PointValueRule:
    closing = {} if convention == "total_cost" else {"point_value__closing": None}
    return policy_of(block(point_value__convention=choice(convention), **closing)).point_value


def weights(cases: list[tuple[Decimal, Decimal]]) -> list[CaseWeight]:
    return [CaseWeight("a.csv", number, points, paid) for number, (points, paid) in enumerate(cases, 1)]


@settings(deadline=None)
@given(amount=YUAN, cases=CASES, convention=st.sampled_from(["fund_only", "fund_plus_patient", "total_cost"]))
def test_the_shares_of_the_cases_always_sum_to_the_amount(
    amount: Decimal, cases: list[tuple[Decimal, Decimal]], convention: str
) -> None:
    shares = case_shares(rule(convention), amount, weights(cases))
    if sum(points for points, _ in cases) > 0:
        assert sum(shares) == amount
        assert len(shares) == len(cases)
    else:
        assert shares == ()


def test_a_fen_that_is_left_over_goes_to_the_largest_remainder() -> None:
    cases = [(Decimal(1), Decimal(0)), (Decimal(1), Decimal(0)), (Decimal(1), Decimal(0))]
    shares = case_shares(rule("fund_only"), Decimal("0.11"), weights(cases))
    assert shares == (Decimal("0.04"), Decimal("0.04"), Decimal("0.03"))


def test_a_patients_own_payment_is_taken_off_where_the_convention_says_so() -> None:
    cases = [(Decimal(3), Decimal("10.00")), (Decimal(1), Decimal("2.00"))]
    assert case_shares(rule("fund_plus_patient"), Decimal("28.00"), weights(cases)) == (
        Decimal("20.00"),
        Decimal("8.00"),
    )


def test_the_worth_of_a_case_is_told_with_its_arithmetic() -> None:
    hospital = HospitalTotals("p", "h", 0, 2, 0, Decimal(4), Decimal(100), Decimal(60), Decimal(40))
    case = CaseWeight("a.csv", 1, Decimal("1.5000"), Decimal("7.00"))
    assert worth(rule("total_cost"), case, hospital, Decimal("10.12345678")) == (
        Decimal("9.11"),
        "1.5000 points × 10.12345678 × own fund ratio 60 ÷ 100",
    )
    assert worth(rule("fund_plus_patient"), case, hospital, Decimal(10)) == (
        Decimal("8.00"),
        "1.5000 points × 10 − patients' payments 7.00",
    )
