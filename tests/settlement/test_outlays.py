"""What methods pay leaves the pool, or their carve-out, once: whatever the amounts, the book balances and proves it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from method_examples import adjustment, agreement
from method_examples import claim as short_claim
from settlement_cases import choice, hospital, number, one_pool, policy_of

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.identities import prove
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.methods.inputs import Due, Inputs, MethodTables, Paid
from drgcalc.settlement.methods.outlays import Outlays, method_identities, pay_methods
from drgcalc.settlement.methods.registry import BY_KIND, Method
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.policy_reading import Table
from drgcalc.settlement.rows import FundItem, HospitalTotals
from drgcalc.settlement.settle import Settlement, settle_year

HOSPITALS = [hospital("A", "甲", "2"), hospital("B", "乙", "2")]


def read_flat(table: Table) -> Decimal:
    """A new kind of method, as its module would read it: yuan a case."""
    return table.number("per_case", "yuan").value


def pay_flat(terms: Decimal, inputs: Inputs) -> Paid:
    """And as its module would pay it."""
    dues = []
    for pool, place in inputs.places():
        cases = Decimal(sum(claim.cases for claim in inputs.claims_of(pool, place)))
        payable = total((Decimal("0.00"), cases * terms))
        dues.append(Due(pool, place, cases, "cases", payable, Decimal("0.00"), f"{cases} × {terms}", "第二条"))
    return Paid(tuple(dues))


@pytest.fixture(autouse=True)
def flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """What adding a method takes beside its module: one line in the registry."""
    monkeypatch.setitem(BY_KIND, "flat", Method("flat", "每例定额", read_flat, pay_flat))


def _policy(paid_from: str, per_case: str) -> Policy:
    made = one_pool(point_value__convention=choice("fund_only"), point_value__closing=None)
    made["fund"]["resident"]["carve_outs"] = [{"item": "bed_day_quota", "label": "按床日", "source": "第一条"}]
    made["methods"] = [
        {
            "id": "m",
            "label": "每例定额",
            "kind": choice("flat"),
            "paid_from": choice(paid_from),
            "terms": {"per_case": number(Decimal(per_case), "yuan")},
        }
    ]
    made["routing"] = {"unrouted": choice("points"), "rules": []}
    return policy_of(made)


def _settled(paid_from: str, per_case: str = "100", cases: int = 3, collections: str = "1000.00") -> Settlement:
    policy = _policy(paid_from, per_case)
    fund = [
        FundItem(2024, "resident", "collections", Decimal(collections), "报表"),
        FundItem(2024, "resident", "bed_day_quota", Decimal("200.00"), "报表"),
    ]
    claims = [short_claim({"hospital": "A", "month": 1, "cases": cases, "fund_booked": "50.00"})] if cases else []
    outlays = pay_methods(policy, "2024", HOSPITALS, claims, MethodTables(), [], fund)
    totals = [
        HospitalTotals(
            "resident", "B", 1, 1, 0, Decimal("10.0000"), Decimal("90.00"), Decimal("80.00"), Decimal("10.00")
        )
    ]
    return settle_year(2024, policy, HOSPITALS, totals, fund, outlays=outlays)


def test_a_new_method_needs_a_module_and_a_line_in_the_registry() -> None:
    done = _settled("points_pool")
    prove(done.identities)
    assert [(row.hospital_id, str(row.payable)) for row in done.methods] == [("A", "300.00")]


def test_a_method_inside_the_total_leaves_less_to_points() -> None:
    done = _settled("points_pool")
    assert [(line.item, str(line.amount)) for line in done.lines[-3:]] == [
        ("payable_pool", "800.00"),
        ("method/m", "-300.00"),
        ("points_pool", "500.00"),
    ]
    assert [str(row.payable) for row in done.allocations] == ["0.00", "500.00"]


def test_a_method_outside_the_total_is_paid_from_its_carve_out() -> None:
    done = _settled("bed_day_quota", per_case="50")
    prove(done.identities)
    assert str(done.book.balance("resident", "carve_out/bed_day_quota")) == "50.00"
    assert [str(row.payable) for row in done.allocations] == ["0.00", "800.00"]


def test_a_carve_out_that_does_not_suffice_is_told_and_goes_below_zero() -> None:
    done = _settled("bed_day_quota")
    prove(done.identities)
    assert "S036" in {finding.code for finding in done.findings}
    assert str(done.book.balance("resident", "carve_out/bed_day_quota")) == "-100.00"


def test_a_pool_that_does_not_suffice_is_told_and_points_get_nothing() -> None:
    done = _settled("points_pool", per_case="900")
    prove(done.identities)
    assert "S037" in {finding.code for finding in done.findings}
    assert [str(row.payable) for row in done.allocations] == ["0.00", "0.00"]
    assert str(done.book.balance("resident", "deficit")) == "-1900.00"


@settings(deadline=None, max_examples=60)
@given(
    paid_from=st.sampled_from(["points_pool", "bed_day_quota"]),
    fen=st.integers(0, 10**6),
    cases=st.integers(-2, 50),
    collections=st.integers(200, 10**6),
)
def test_whatever_methods_are_paid_the_identities_hold(paid_from: str, fen: int, cases: int, collections: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BY_KIND, "flat", Method("flat", "每例定额", read_flat, pay_flat))
        done = _settled(paid_from, f"{Decimal(fen) / 100:.2f}", cases, f"{collections}.00")
    prove(done.identities)
    paid = total([Decimal("0.00"), *(row.payable for row in (*done.allocations, *done.methods))])
    assert total(posting.amount for posting in done.book.postings if posting.hospital_id) == paid


def test_a_book_that_balances_but_pays_another_amount_is_found() -> None:
    done = _settled("bed_day_quota", per_case="50")
    outlays = Outlays(_policy("bed_day_quota", "50").methods, done.methods, ())
    assert all(entry.holds for entry in method_identities(outlays, done.book, done.lines))
    shifts = {"hospital_method/m": Decimal("0.01"), "carve_out/bed_day_quota": Decimal("-0.01")}
    forged = tuple(
        posting._replace(amount=posting.amount + shifts[posting.account])
        if posting.step == "method_payment"
        else posting
        for posting in done.book.postings
    )
    assert not any(Book(forged).step_sums().values())
    assert [entry.name for entry in method_identities(outlays, Book(forged), done.lines) if not entry.holds] == [
        "methods unretained",
        "methods bed_day_quota",
    ]


def test_claims_of_a_hospital_that_is_not_in_force_are_refused() -> None:
    policy = _policy("points_pool", "1")
    claims = [short_claim({"hospital": "Z", "month": 1})]
    with pytest.raises(RulesError, match="Z"):
        pay_methods(policy, "2024", HOSPITALS, claims, MethodTables(), [], [])


def test_rows_about_a_method_that_the_policy_does_not_have_are_told() -> None:
    policy = _policy("points_pool", "1")
    row = agreement({"hospital": "A", "item": "heads", "amount": "1"})._replace(method="gone")
    outlays = pay_methods(policy, "2024", HOSPITALS, [], MethodTables(agreements=(row,)), [], [])
    assert [finding.code for finding in outlays.findings] == ["S038"]


def test_an_agreed_item_that_the_method_does_not_know_is_refused() -> None:
    row = agreement({"hospital": "A", "item": "headz", "amount": "1"})
    with pytest.raises(RulesError, match="headz"):
        pay_methods(_policy("points_pool", "1"), "2024", HOSPITALS, [], MethodTables(agreements=(row,)), [], [])


def test_a_method_without_targets_takes_no_adjustment() -> None:
    row = adjustment({"hospital": "A", "from_month": 7, "amount": "1", "reason": "x"})
    with pytest.raises(RulesError, match="no targets to adjust"):
        pay_methods(_policy("points_pool", "1"), "2024", HOSPITALS, [], MethodTables(adjustments=(row,)), [], [])
