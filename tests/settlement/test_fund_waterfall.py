"""The pool from collections to the money to distribute: formula, floor, cap, draws, months."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settlement_cases import (
    block,
    choice,
    examples,
    needs_vectors,
    number,
    policy_of,
    shared_vectors,
    vector_cases,
)

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.fund import Waterfall, fund_accounts, month_pool, pool_base, unused_items, year_waterfalls
from drgcalc.settlement.limits import Bounds, LimitInputs, apply_limits, limited
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import FundItem

ZERO = Decimal("0.00")
yuan = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
positive = st.decimals(min_value=0, max_value=10**9, places=2)

CASES = examples("waterfall")
VECTORS = shared_vectors()


def _policy(case: dict[str, Any], **changes: Any) -> Policy:
    carved = {"item": "carved", "label": "扣除", "source": "第五条"}
    formula = {
        "collections": {"item": "collections", "label": "基金征收总额", "source": "第五条"},
        "carve_outs": [carved],
        "reserve_rate": number(Decimal(case["reserve_rate"]), "ratio"),
        "reserve_base": choice("gross"),
    }
    return policy_of(block(fund={case["pool"]: formula}, **changes))


def _fund(case: dict[str, Any]) -> list[FundItem]:
    items = {"collections": "collections", "carved": "carved"}
    items |= {name: name for name in ("last_final_pool", "current_surplus", "historical_surplus") if name in case}
    return [FundItem(2024, case["pool"], name, Decimal(case[key]), "决算表") for name, key in items.items()]


def _waterfall(case: dict[str, Any], **changes: Any) -> Waterfall:
    if "last_final_pool" not in case and "limits" not in changes:
        changes = {"limits__first_year": choice("no_floor"), **changes}
    changes = {key: value for key, value in changes.items() if value is not None or key != "limits__first_year"}
    policy = _policy(case, **changes)
    accounts = fund_accounts(policy, _fund(case), with_limits=True)
    return year_waterfalls(policy, accounts, {case["pool"]: Decimal(case["booked"])})[case["pool"]]


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_worked_pools_come_out_line_by_line(case: dict[str, Any]) -> None:
    waterfall = _waterfall(case)
    amounts = {line.item: str(line.amount) for line in waterfall.lines}
    expected = {"base": case["base"], "payable_pool": case["final"]}
    expected |= {item: case[item] for item in ("floor", "cap") if item in case}
    expected |= {"draw/current_surplus": case["draws"][0], "draw/historical_surplus": case["draws"][1]}
    expected |= {"return/current_surplus": str(total([ZERO, -Decimal(case["returned"])]))}
    assert {item: amounts[item] for item in expected} == expected
    assert "floor" in amounts or "floor" not in case


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_lines_that_move_money_sum_to_the_pool(case: dict[str, Any]) -> None:
    waterfall = _waterfall(case)
    moved = [line.amount for line in waterfall.lines if line.kind in ("input", "deduction", "draw")]
    assert total(moved) == waterfall.final


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_every_step_of_the_waterfall_sums_to_zero(case: dict[str, Any]) -> None:
    postings = _waterfall(case).postings
    for step in {posting.step for posting in postings}:
        assert total(posting.amount for posting in postings if posting.step == step) == 0


def test_every_line_names_the_article_and_the_statement_it_comes_from() -> None:
    lines = {line.item: line.source for line in _waterfall(CASES["case"][0]).lines}
    assert lines["carved"] == "第五条; 决算表"
    assert all(lines.values())


def test_a_first_year_is_said_to_have_no_floor() -> None:
    assert [finding.code for finding in _waterfall(CASES["case"][1]).findings] == ["S002"]


def test_a_floor_without_last_years_pool_is_an_error_unless_it_is_a_first_year() -> None:
    with pytest.raises(RulesError, match="pool employee lacks last_final_pool") as raised:
        _waterfall(CASES["case"][1], limits__first_year=None)
    assert "first_year" in raised.value.hint


@pytest.mark.parametrize("key", ["collections", "carved"])
def test_an_amount_below_zero_is_refused_with_a_word_about_the_sign(key: str) -> None:
    case = {**CASES["case"][0], key: "-970.00"}
    with pytest.raises(RulesError, match=f"{key} of pool employee in 2024 is -970.00, below zero") as raised:
        _waterfall(case)
    assert "without a sign" in raised.value.hint


def test_a_negative_base_is_a_warning_and_its_gap_a_posting() -> None:
    waterfall = _waterfall(CASES["case"][2])
    assert "S003" in [finding.code for finding in waterfall.findings]
    assert [str(posting.amount) for posting in waterfall.postings if posting.account == "deficit"] == ["-230.00"]


def test_a_shortfall_of_the_surpluses_is_a_warning_with_its_amount() -> None:
    case = {**CASES["case"][0], "historical_surplus": "10.00"}
    waterfall = _waterfall(case)
    assert str(waterfall.final) == "1030.00"
    assert [(finding.code, finding.value) for finding in waterfall.findings] == [("S001", "20.00")]


def test_without_limits_the_base_is_the_pool() -> None:
    assert str(_waterfall(CASES["case"][0], limits=None).final) == "1000.00"


def test_a_missing_fund_item_is_named() -> None:
    policy = policy_of(block())
    with pytest.raises(RulesError, match="pool employee lacks one_off_income, personal_account") as raised:
        fund_accounts(policy, [FundItem(2024, "employee", "collections", Decimal(1), "")], with_limits=True)
    assert "amount 0" in raised.value.hint


def test_a_fund_item_given_twice_is_an_error() -> None:
    case = CASES["case"][0]
    with pytest.raises(RulesError, match="carved of pool employee is given twice"):
        fund_accounts(_policy(case), [*_fund(case), *_fund(case)[1:2]], with_limits=True)


def test_an_item_the_policy_does_not_use_is_a_warning() -> None:
    case = CASES["case"][0]
    policy = _policy(case)
    extra = FundItem(2024, "employee", "personnal_account", Decimal("5.00"), "")
    found = unused_items(policy, fund_accounts(policy, [*_fund(case), extra], with_limits=True))
    assert [(finding.code, finding.field) for finding in found] == [("S009", "personnal_account")]


def _city_inputs(booked: list[str]) -> list[LimitInputs]:
    city = CASES["city"]
    rows = zip(("employee", "resident"), city["bases"], city["last"], booked, strict=True)
    return [
        LimitInputs(pool, Decimal(base), Decimal(last), Decimal(fee), (Decimal("999.00"), ZERO))
        for pool, base, last, fee in rows
    ]


@pytest.mark.parametrize("draw", ["net", "literal"])
@pytest.mark.parametrize(("booked", "finals"), [("booked", "finals"), ("cut_booked", "cut_finals")])
def test_a_citys_lift_and_cut_are_shared_in_proportion_to_the_bases(draw: str, booked: str, finals: str) -> None:
    limits = policy_of(block(limits__scope=choice("city"), limits__draw=choice(draw))).limits
    assert limits is not None
    outcomes = apply_limits(limits, _city_inputs(CASES["city"][booked]))
    assert [str(outcome.final) for outcome in outcomes.values()] == CASES["city"][finals]


def test_a_citys_cap_holds_when_one_pool_is_below_zero() -> None:
    limits = policy_of(block(limits__scope=choice("city"), limits__cap=number(1, "factor"))).limits
    assert limits is not None
    pools = [
        LimitInputs("a", Decimal("100.00"), ZERO, Decimal("20.00"), (ZERO, ZERO)),
        LimitInputs("b", Decimal("-50.00"), ZERO, ZERO, (ZERO, ZERO)),
    ]
    assert [str(outcome.final) for outcome in apply_limits(limits, pools).values()] == ["20.00", "0.00"]


bounds = st.builds(Bounds, st.none() | yuan, st.none() | yuan)


@given(yuan, bounds, st.tuples(yuan, yuan), st.booleans())
def test_base_draws_return_and_gap_always_make_the_pool(
    base: Decimal, bound: Bounds, surpluses: tuple[Decimal, ...], literal: bool
) -> None:
    done = limited(base, bound, surpluses, literal=literal)
    assert total((base, *done.draws, done.deficit, -done.returned)) == done.final
    assert done.final >= 0
    assert all(0 <= draw <= max(surplus, ZERO) for draw, surplus in zip(done.draws, surpluses, strict=True))
    assert done.unfunded >= 0


@given(yuan, bounds, st.tuples(positive, positive))
def test_both_readings_of_the_draw_give_the_same_pool(
    base: Decimal, bound: Bounds, surpluses: tuple[Decimal, ...]
) -> None:
    net, literal = (limited(base, bound, surpluses, literal=reading) for reading in (False, True))
    assert net.final == literal.final


@given(yuan, bounds, st.tuples(positive, positive), st.booleans())
def test_the_cap_wins_over_the_floor(
    base: Decimal, bound: Bounds, surpluses: tuple[Decimal, ...], literal: bool
) -> None:
    done = limited(base, bound, surpluses, literal=literal)
    assert bound.cap is None or done.final <= max(bound.cap, ZERO)


@given(positive, st.lists(st.integers(0, 50), min_size=12, max_size=12).filter(any))
def test_twelve_months_make_the_year_exactly(annual: Decimal, shares: list[int]) -> None:
    months = [month_pool(annual, [Decimal(share) for share in shares], month) for month in range(1, 13)]
    assert total(months) == annual


@pytest.mark.parametrize("case", vector_cases("pool"), ids=lambda case: case.get("id"))
def test_vectors_of_the_pool(case: dict[str, Any]) -> None:
    gross = Decimal(case.get("gross_collections", case["collections"]))
    carved = {f"item{index}": Decimal(amount) for index, amount in enumerate(case["carve_outs"])}
    formula = {
        "collections": {"item": "collections", "label": "征收", "source": "第五条"},
        "one_off": {"item": "one_off_income", "label": "一次性", "source": "第五条"},
        "carve_outs": [{"item": item, "label": item, "source": "第五条"} for item in carved],
        "reserve_rate": number(Decimal(case["reserve_rate"]), "ratio"),
        "reserve_base": choice(case["reserve_base"]),
    }
    amounts = {"collections": gross, "one_off_income": gross - Decimal(case["collections"]), **carved}
    items = {item: FundItem(2024, case["pool"], item, amount, "") for item, amount in amounts.items()}
    base = pool_base(policy_of(block(fund={case["pool"]: formula})).fund[case["pool"]], items)
    assert (str(base.reserve), str(base.amount)) == (case["reserve"], case["base"])


@pytest.mark.parametrize("case", vector_cases("floor_and_cap", "case"), ids=str)
def test_vectors_of_floor_and_cap(case: dict[str, Any]) -> None:
    common = VECTORS["floor_and_cap"]
    limits = policy_of(block(limits__draw=choice(case["mode"]))).limits
    assert limits is not None
    surpluses = [Decimal(case.get(name, common[name])) for name in ("current_surplus", "historical_surplus")]
    pool = LimitInputs(
        "employee", Decimal(common["base"]), Decimal(common["last_year"]), Decimal(case["booked"]), tuple(surpluses)
    )
    done = apply_limits(limits, [pool])["employee"]
    found = {
        "final": done.final,
        "draw_current": done.draws[0],
        "draw_historical": done.draws[1],
        "to_current_surplus": done.returned,
        "unfunded": done.unfunded,
    }
    assert str(done.floor) == common["floor"]
    assert {key: str(found[key]) for key in case if key in found} == {key: case[key] for key in case if key in found}


@needs_vectors()
def test_the_vectors_of_pool_and_limits_are_not_empty() -> None:
    assert len(VECTORS["pool"]) == 3
    assert len(VECTORS["floor_and_cap"]["case"]) == 6
