"""Payment methods beside points: every kind has worked examples, and amounts add up whatever comes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from method_examples import adjustment, claim, inputs, pay
from settlement_cases import choice, examples, needs_vectors, number, shared_vectors

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.methods.bed_day import capped
from drgcalc.settlement.methods.control import ControlTerms, month_against, quotas, read_control
from drgcalc.settlement.methods.registry import METHODS
from drgcalc.settlement.methods.sharing import read_sharing, share
from drgcalc.settlement.policy_reading import Table

LATER = {"hospital": "Z", "from_month": 7, "amount": "1", "reason": "x"}
HEADS = {"hospital": "A", "item": "heads", "amount": "1"}
EXAMPLES = examples("methods")["example"]


def _named(example: dict[str, Any]) -> str:
    return f"{example['kind']}: {example['name']}"


def _control(deposit: str = "0.05", reserve: str = "0", share_: str = "0.2") -> ControlTerms:
    return read_control(
        Table(
            {
                "declared": choice("fund_booked"),
                "deposit_ratio": number(Decimal(deposit), "ratio"),
                "clearing_reserve": number(Decimal(reserve), "ratio"),
                "overrun": [{"hospital_share": number(Decimal(share_), "ratio")}],
                "saving_kept": number(Decimal(share_), "ratio"),
            },
            "test",
            "terms",
        )
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=_named)
def test_worked_examples_pay_what_they_say(example: dict[str, Any]) -> None:
    paid = pay(example)
    found = [
        {
            "hospital": due.hospital_id,
            "quantity": str(due.quantity),
            "payable": str(due.payable),
            "retained": str(due.retained),
        }
        for due in paid.dues
    ]
    assert found == example["expected"]
    assert [finding.code for finding in paid.findings] == example.get("findings", [])


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.kind)
def test_every_registered_method_has_a_worked_example(method: Any) -> None:
    assert any(example["kind"] == method.kind for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=_named)
def test_terms_refuse_a_key_nobody_knows(example: dict[str, Any]) -> None:
    with pytest.raises(RulesError, match="nonsense"):
        pay({**example, "terms": {**example["terms"], "nonsense": 1}})


@pytest.mark.parametrize("example", EXAMPLES, ids=_named)
def test_every_due_says_how_it_came_about_and_on_what_ground(example: dict[str, Any]) -> None:
    for due in pay(example).dues:
        assert due.source
        assert due.working or not due.payable


@needs_vectors()
def test_vector_c4_months_against_their_quota() -> None:
    vector = shared_vectors()["total_control"]
    terms = _control(deposit=vector["deposit_ratio"])
    found = quotas(Decimal(vector["target"]), terms)
    assert {str(amount) for amount in found.values()} == {vector["monthly_quota"]}
    months = [month_against(found[number], Decimal(text)) for number, text in enumerate(vector["declared"], 1)]
    assert [f"{month.paid:.2f}" for month in months] == vector["paid"]
    assert [f"{month.deferred:.2f}" for month in months] == vector["deferred"]


@needs_vectors()
def test_vector_c6_capitation_shares_overruns_and_savings() -> None:
    vector = shared_vectors()["capitation"]
    example = next(example for example in EXAMPLES if example["kind"] == "outpatient_capitation")
    heads = [{"hospital": "A", "item": "heads", "amount": str(vector["enrollees"])}]
    for case in vector["cases"]:
        claims = [{"hospital": "A", "month": 1, "fund_booked": case["actual"]}]
        due = pay({**example, "agreements": heads, "claims": claims}).dues[0]
        assert str(due.quantity) == vector["control"]
        assert str(due.payable) == case["fund_pays"]
        shared = share(due.quantity, Decimal(case["actual"]), _control().sharing)
        assert f"{shared.bears:.2f}" == case.get("institution_bears", "0.00")
        assert f"{shared.reward:.2f}" == case.get("reward", "0.00")


money = st.decimals(min_value=0, max_value=10**9, places=2)


@settings(deadline=None)
@given(
    target=money, deposit=st.sampled_from(["0", "0.05", "0.1"]), changes=st.lists(st.tuples(st.integers(1, 12), money))
)
def test_quotas_sum_to_what_is_paid_monthly_and_earlier_months_never_change(
    target: Decimal, deposit: str, changes: list[tuple[int, Decimal]]
) -> None:
    terms = _control(deposit=deposit)
    rows = [
        adjustment({"hospital": "A", "from_month": month, "amount": amount, "reason": "x"}) for month, amount in changes
    ]
    found, plain = quotas(target, terms, rows), quotas(target, terms)
    whole = total([target, *(amount for _, amount in changes)])
    exact = whole * (1 - Decimal(deposit))
    assert abs(total(found.values()) - exact) <= Decimal("0.005")
    first = min((month for month, _ in changes), default=13)
    assert all(found[month] == plain[month] for month in range(1, first))


def test_an_adjustment_cannot_take_more_than_the_months_hold() -> None:
    row = adjustment({"hospital": "A", "from_month": 12, "amount": "-200000.00", "reason": "x"})
    with pytest.raises(RulesError, match="more than the months"):
        quotas(Decimal("1200000.00"), _control(), [row])


@settings(deadline=None)
@given(target=money, actual=money, share_=st.sampled_from(["0", "0.2", "1"]))
def test_an_overrun_is_split_between_hospital_and_fund_without_a_rest(
    target: Decimal, actual: Decimal, share_: str
) -> None:
    shared = share(target, actual, _control(share_=share_).sharing)
    assert shared.payable == actual - shared.bears + shared.reward
    assert min(target, actual) <= shared.payable <= max(target, actual)


def test_tiers_out_of_order_are_refused() -> None:
    def tier(up_to: str | None) -> dict[str, Any]:
        bound = {"up_to": number(Decimal(up_to), "ratio")} if up_to else {}
        return {**bound, "hospital_share": number(0, "ratio")}

    for tiers in ([], [tier("0.1")], [tier("0.2"), tier("0.1"), tier(None)], [tier(None), tier("0.1"), tier(None)]):
        with pytest.raises(RulesError):
            read_sharing(Table({"overrun": tiers, "saving_kept": number(0, "ratio")}, "test", "terms"))


@settings(deadline=None)
@given(pieces=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 60)), max_size=12), cap=st.integers(0, 365))
def test_paid_days_depend_only_on_how_many_there_are_not_on_how_a_stay_is_cut(
    pieces: list[tuple[int, int]], cap: int
) -> None:
    claims = [claim({"hospital": "A", "month": month, "key": "P", "days": days}) for month, days in pieces]
    paid = capped(claims, cap)
    assert sum(row.days for row in paid) == min(sum(days for _, days in pieces), cap)
    assert sum(row.days + row.beyond for row in paid) == sum(days for _, days in pieces)


@settings(deadline=None)
@given(points=st.lists(st.integers(0, 40), min_size=2, max_size=2), budget=money)
def test_drg_points_distribute_their_budget_to_the_fen(points: list[int], budget: Decimal) -> None:
    example = next(example for example in EXAMPLES if example["name"].startswith("base points"))
    claims = [
        {"hospital": name, "month": 1, "group": "G1", "cases": cases, "patient_paid": "10.00"}
        for name, cases in zip("AB", points, strict=True)
    ]
    paid = pay({**example, "fund": {"drg": str(budget)}, "claims": claims})
    assert total([Decimal(0), *(due.payable for due in paid.dues)]) == (budget if any(points) else 0)


def test_a_reversed_stay_under_the_rate_method_pays_nothing() -> None:
    example = next(example for example in EXAMPLES if example["kind"] == "drg_rate")
    line = {"hospital": "A", "key": "S1", "group": "G1", "patient_paid": "2000.00"}
    back = {
        **line,
        "month": 2,
        "cases": -1,
        "total_fee": "-9000.00",
        "fund_booked": "-7000.00",
        "patient_paid": "-2000.00",
    }
    there = {**line, "month": 1, "total_fee": "9000.00", "fund_booked": "7000.00"}
    assert pay({**example, "claims": [there, back]}).dues[0].payable == 0


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("single_disease", {"prices": []}, "no price"),
        ("single_disease", {"prices": [{"fund": "1", "patient": "1", "source": "x"}] * 2}, "equally specific"),
        ("outpatient_capitation", {"agreements": []}, "no number of heads"),
        (
            "alliance_package",
            {"agreements": [{"hospital": "A", "item": "heads", "month": 1, "amount": "1"}]},
            "2024-02",
        ),
        ("budget_by_history", {"history": []}, "has no target"),
        ("drg_points", {"history": []}, "no cost by group"),
        ("drg_points", {"fund": {}}, "lacks drg"),
        ("total_control", {"fund": {}}, "lacks inpatient"),
        ("total_control", {"adjustments": [LATER]}, "has no target"),
    ],
)
def test_what_tables_lack_is_named(kind: str, changes: dict[str, Any], words: str) -> None:
    example = next(example for example in EXAMPLES if example["kind"] == kind)
    with pytest.raises(RulesError, match=words):
        pay({**example, **changes})


@pytest.mark.parametrize("kind", ["single_disease", "bed_day", "average_quota", "alliance_package"])
@settings(deadline=None, max_examples=30)
@given(rows=st.lists(st.tuples(st.integers(1, 12), st.integers(-3, 60)), max_size=8))
def test_months_paid_one_by_one_are_the_year(kind: str, rows: list[tuple[int, int]]) -> None:
    example = {
        "kind": kind,
        "terms": {
            "single_disease": {"over_patient_price": choice("reported")},
            "bed_day": {},
            "average_quota": {"below_quota": choice("quota")},
            "alliance_package": {
                "funding": number(Decimal("821.37"), "yuan"),
                "reserves": [],
                "outside_care": choice("charged"),
            },
        }[kind],
        "prices": [{"fund": "333.33", "patient": "0", "source": "x"}],
        "agreements": [HEADS | {"amount": "12345"}],
        "claims": [{"hospital": "A", "month": month, "cases": count, "days": count} for month, count in rows],
    }
    year = total(due.payable for due in pay(example).dues)
    months = [
        pay({**example, "months": [month], "claims": [row for row in example["claims"] if row["month"] == month]})
        for month in range(1, 13)
    ]
    assert total(due.payable for paid in months for due in paid.dues) == year


def test_a_hospital_finds_its_own_agreement_of_a_month_before_that_of_the_year() -> None:
    rows = [
        {"hospital": "A", "item": "heads", "amount": "1"},
        {"hospital": "A", "item": "heads", "month": 2, "amount": "2"},
    ]
    made = inputs({"agreements": rows})
    agreed = [made.agreed("resident", "A", "heads", month) for month in (1, 2)]
    assert [row.amount for row in agreed if row] == [1, 2]
