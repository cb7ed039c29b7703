"""Elastic values: points within and beyond a base, each with a value; and cases approved by item beside the points."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from settlement_cases import choice, examples, hospitals_of, money_in, number, one_pool, policy_of, totals_of

from drgcalc.base.errors import RulesError
from drgcalc.base.money import round_half_up, total
from drgcalc.settlement.elastic import with_base_points
from drgcalc.settlement.identities import prove
from drgcalc.settlement.point_tables import BasePoints
from drgcalc.settlement.point_value import distribute
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals
from drgcalc.settlement.settle import settle_year

EXAMPLES = examples("elastic")
FUND = Decimal(EXAMPLES["fund"])
CONSERVING = {"point_value__convention": choice("fund_only"), "point_value__closing": None}


def elastic(without_base: str = "base") -> dict[str, Any]:
    return {
        "base_share": number(Decimal(EXAMPLES["base_share"]), "ratio"),
        "without_base": choice(without_base),
    }


def policy(**changes: Any) -> Policy:
    return policy_of(one_pool(**{"point_value__elastic": elastic(), **CONSERVING, **changes}))


def rows(**bases: str | None) -> list[HospitalTotals]:
    """The example's hospitals, with other bases where named."""
    found = []
    for row, written in zip(totals_of(EXAMPLES["hospital"]), EXAMPLES["hospital"], strict=True):
        base = bases.get(row.hospital_id, written["base"])
        found.append(row._replace(base_points=None if base is None else Decimal(base)))
    return found


@pytest.mark.parametrize("case", EXAMPLES["case"], ids=lambda case: case["name"])
def test_worked_elastic_values_pay_what_they_say_and_are_proved(case: dict[str, Any]) -> None:
    chosen = policy(
        point_value__convention=choice(case["convention"]),
        point_value__closing=choice(case["closing"]) if "closing" in case else None,
        point_value__pay_with=choice(case.get("pay_with", "exact")),
    )
    done = distribute("resident", FUND, rows(), chosen.point_value)
    assert done.increment is not None
    values = [str(round_half_up(value, 8)) for value in (done.value, done.increment.value)]
    assert values == [case["value"], case["increment"]]
    assert {key: str(amount) for key, amount in done.payable().items()} == {"A": case["A"], "B": case["B"]}
    assert str(done.residual) == case["residual"]
    settled = settle_year(2024, chosen, hospitals_of(rows()), rows(), money_in(FUND))
    prove(settled.identities)
    assert [str(row.increment_points) for row in settled.allocations] == ["100", "0"]
    assert {str(row.increment_value) for row in settled.allocations} == {case["increment"]}


def test_a_class_without_points_leaves_its_share_to_the_other() -> None:
    for bases in ({"A": "600"}, {"A": "0", "B": "0"}):
        done = distribute("resident", FUND, rows(**bases), policy().point_value)
        assert {key: str(amount) for key, amount in done.payable().items()} == {"A": "60000.00", "B": "40000.00"}
        assert done.increment is None


@pytest.mark.parametrize(("without", "beyond"), [("base", "100"), ("increment", "500")])
def test_points_of_a_hospital_without_a_base_are_what_the_policy_says(without: str, beyond: str) -> None:
    chosen = policy(point_value__elastic=elastic(without))
    settled = settle_year(2024, chosen, hospitals_of(rows()), rows(B=None), money_in(FUND))
    assert settled.values[0].increment_points == Decimal(beyond)
    assert [finding.value for finding in settled.findings if finding.code == "S045"] == ["B"]


def test_growth_that_is_paid_better_than_what_was_there_is_told() -> None:
    settled = settle_year(2024, policy(), hospitals_of(rows()), rows(), money_in(FUND))
    assert "S046" in [finding.code for finding in settled.findings]


def test_a_fixed_rate_is_one_value() -> None:
    rate = {
        "point_value__convention": choice("fixed_rate"),
        "point_value__fixed_rate_pays": choice("fund_only"),
        "point_value__rates": {"resident": number(1, "yuan_per_point")},
        "point_value__closing": choice("leave_in_fund"),
    }
    with pytest.raises(RulesError, match="elastic and fixed_rate exclude each other"):
        policy(**rate)


def test_the_base_of_a_month_is_its_share_of_the_years() -> None:
    base = BasePoints(2024, "resident", "A", Decimal("1000.0000"), "x")
    found = with_base_points(rows(), [base], 2024, Fraction(1, 12))
    assert [row.base_points for row in found] == [Decimal("83.3333"), None]
    with pytest.raises(RulesError, match="no row of 2025"):
        with_base_points(rows(), [base], 2025, Fraction(1))


def test_cases_approved_by_item_are_paid_before_points_and_the_pool_is_conserved() -> None:
    totals = [row._replace(special=Decimal("10000.00")) if row.hospital_id == "B" else row for row in rows()]
    settled = settle_year(2024, policy_of(one_pool(**CONSERVING)), hospitals_of(rows()), totals, money_in(FUND))
    prove(settled.identities)
    assert [str(row.payable) for row in settled.allocations] == ["54000.00", "46000.00"]
    assert [str(row.special_paid) for row in settled.allocations] == ["0.00", "10000.00"]
    assert total(row.payable for row in settled.allocations) == FUND
    posted = [row for row in settled.book.postings if row.step == "special_cases"]
    assert [(row.account, str(row.amount)) for row in posted] == [
        ("payable_pool", "-10000.00"),
        ("hospital", "10000.00"),
    ]


def test_approving_more_than_the_pool_holds_is_an_error() -> None:
    totals = [row._replace(special=Decimal("60000.00")) for row in rows()]
    with pytest.raises(RulesError, match=r"approved by item are paid 120,000\.00 yuan, the pool holds 100,000\.00"):
        settle_year(2024, policy(), hospitals_of(rows()), totals, money_in(FUND))
