"""Paying a month: deposits, deferral, deductions, negative amounts, transfers, mergers; every fen goes somewhere."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from settlement_cases import block, policy_of
from settlement_cases import number as numbered
from year_cases import (
    ZERO,
    advance,
    allocation,
    by_hand,
    choice,
    deduction,
    merger,
    month,
    number,
    payment_rule,
    transfer,
)

from drgcalc.base.errors import RulesError
from drgcalc.settlement.decisions import Decisions
from drgcalc.settlement.identities import prove
from drgcalc.settlement.pay_accounts import PAY_ACCOUNTS, PAY_STEPS
from drgcalc.settlement.payment_rows import Difference
from drgcalc.settlement.payments import PaidMonth


def row_of(paid: PaidMonth, hospital: str = "A", pool: str = "p") -> Any:
    return next(row for row in paid.rows if (row.pool, row.hospital_id) == (pool, hospital))


def test_a_month_is_what_is_payable_times_the_ratio_less_deductions_and_deposit() -> None:
    rule = payment_rule(deposit={"ratio": number("0.05", "ratio"), "maximum": number("0.05", "ratio")})
    decisions = Decisions(
        deductions=(deduction("30.00", "2024-05-06"), deduction("7", "2024-05-07", kind="over_budget"))
    )
    paid = month("2024-05", allocation("2024-05", "A", "1000.00", ratio="0.9"), rule=rule, decisions=decisions)
    row = row_of(paid)
    assert (row.retained, row.deposit, row.violation, row.over_budget) == tuple(map(Decimal, ("100", "45", "30", "7")))
    assert row.paid == Decimal("818.00")
    prove(paid.identities)


def test_a_deposit_above_the_law_is_refused() -> None:
    with pytest.raises(RulesError, match=r"deposit\.ratio is 0\.06, above the maximum of 0\.05"):
        payment_rule(deposit={"ratio": number("0.06", "ratio"), "maximum": number("0.05", "ratio")})


def test_a_negative_payment_is_carried_against_the_next() -> None:
    decisions = Decisions(deductions=(deduction("150", "2024-01-05"),))
    january = month("2024-01", allocation("2024-01", "A", "100.00"), decisions=decisions)
    february = month("2024-02", allocation("2024-02", "A", "80.00"), before=[january], decisions=decisions)
    assert (row_of(january).paid, row_of(january).carried_out) == (ZERO, Decimal("-50.00"))
    assert [finding.code for finding in january.findings] == ["P101"]
    assert (row_of(february).carried_in, row_of(february).paid) == (Decimal("-50.00"), Decimal("30.00"))
    assert (row_of(february).opening, row_of(february).closing) == (Decimal("-50.00"), ZERO)


def test_a_negative_payment_may_be_a_receivable_instead() -> None:
    decisions = Decisions(deductions=(deduction("150", "2024-01-05"),))
    rule = payment_rule(negative=choice("receivable"))
    january = month("2024-01", allocation("2024-01", "A", "100.00"), decisions=decisions, rule=rule)
    february = month("2024-02", allocation("2024-02", "A", "80.00"), before=[january], decisions=decisions, rule=rule)
    assert (row_of(february).paid, row_of(february).closing) == (Decimal("80.00"), Decimal("-50.00"))


def test_what_lies_above_the_multiple_of_booked_is_deferred() -> None:
    rule = payment_rule(defer_above=number("1.1", "factor"))
    paid = month("2024-05", allocation("2024-05", "A", "120.00", booked="100"), rule=rule)
    assert (row_of(paid).deferred, row_of(paid).paid) == (Decimal("10.00"), Decimal("110.00"))


def test_a_hospital_without_cases_is_declared_with_zeros() -> None:
    paid = month("2024-05", allocation("2024-05", "A", "0.00"), allocation("2024-05", "B", "5.00"))
    assert (row_of(paid).payable, row_of(paid).paid) == (ZERO, ZERO)


def test_a_decision_enters_the_month_of_its_day_and_no_other() -> None:
    decisions = Decisions(deductions=(deduction("10", "2024-05-31"),))
    for period, expected in (("2024-04", "0.00"), ("2024-05", "10.00"), ("2024-06", "0.00")):
        paid = month(period, allocation(period, "A", "100.00"), decisions=decisions)
        assert row_of(paid).violation == Decimal(expected)


def test_a_transfer_leaves_one_pool_and_enters_the_other() -> None:
    decisions = Decisions(transfers=(transfer("40", "2024-05-09"),))
    rows = [allocation("2024-05", "A", "100.00", pool=pool) for pool in ("p", "q")]
    paid = month("2024-05", *rows, decisions=decisions)
    assert (row_of(paid).paid, row_of(paid, pool="q").paid) == (Decimal("60.00"), Decimal("140.00"))
    prove(paid.identities)


def test_accounts_of_a_merged_hospital_go_to_the_one_in_its_place() -> None:
    decisions = Decisions(mergers=(merger("B", "A", "2024-02-01"),))
    january = month("2024-01", *(allocation("2024-01", code, "100.00", ratio="0.9") for code in "AB"))
    february = month(
        "2024-02", allocation("2024-02", "A", "200.00", ratio="0.9"), before=[january], decisions=decisions
    )
    march = month("2024-03", allocation("2024-03", "A", "0.00"), before=[january, february], decisions=decisions)
    assert (row_of(february).opening, row_of(february).closing) == (Decimal("20.00"), Decimal("40.00"))
    assert row_of(march).closing == Decimal("40.00")
    assert any(posting.step == "merger" and posting.hospital_id == "B" for posting in february.book.postings)


def test_a_difference_names_the_month_it_corrects_and_why() -> None:
    found = Difference("2024-02", "parameter", "p", "A", Decimal("-12.00"), Decimal("-1.20"))
    paid = month("2024-05", allocation("2024-05", "A", "100.00", ratio="0.9"), differences=[found])
    assert (row_of(paid).corrections, row_of(paid).retained) == (Decimal("-12.00"), Decimal("8.80"))
    assert row_of(paid).paid == Decimal("79.20")
    words = {posting.explanation for posting in paid.book.postings if posting.step == "difference"}
    assert words == {"corrects 2024-02: parameter"}


def test_advances_beyond_the_limit_are_a_finding() -> None:
    decisions = Decisions(advances=(advance("90", "2024-01-03"),))
    rule = payment_rule(advance_limit=number("0.08", "ratio"))
    paid = month(
        "2024-01", allocation("2024-01", "A", "10.00"), rule=rule, decisions=decisions, pools={"p": Decimal(1000)}
    )
    assert [finding.code for finding in paid.findings] == ["P102"]
    assert (row_of(paid).advance, row_of(paid).paid) == (Decimal("90.00"), Decimal("10.00"))


def test_advances_of_another_year_do_not_count_against_the_limit() -> None:
    decisions = Decisions(advances=(advance("70", "2024-01-03"), advance("90", "2023-01-03", hospital="B")))
    rule = payment_rule(advance_limit=number("0.08", "ratio"))
    rows = [allocation("2024-01", "A", "10.00")]
    assert month("2024-01", *rows, rule=rule, decisions=decisions, pools={"p": Decimal(1000)}).findings == ()


def test_every_posting_stands_on_an_account_and_a_step_that_are_explained() -> None:
    steps, names = {step.name for step in PAY_STEPS}, [account.name for account in PAY_ACCOUNTS]
    decisions = Decisions(
        deductions=(deduction("150", "2024-01-05"),), transfers=(transfer("1", "2024-01-09"),),
        corrections=(by_hand("-3", "2024-01-09"),), advances=(advance("9", "2024-01-03"),),
    )  # fmt: skip
    paid = month("2024-01", allocation("2024-01", "A", "100.00", ratio="0.9"), decisions=decisions)
    for posting in paid.book.postings:
        assert posting.step in steps
        assert any(
            posting.account == name or (name.endswith("/") and posting.account.startswith(name)) for name in names
        )


def test_a_month_may_be_paid_at_a_given_value() -> None:
    values = {pool: numbered(Decimal("50"), "yuan_per_point") for pool in block()["fund"]}
    made = block(month__basis=choice("opening_value"), month__values=values)
    policy = policy_of(made)
    assert policy.month is not None
    assert policy.month.values["resident"].value == 50
    with pytest.raises(RulesError, match=r"month\.values is missing"):
        policy_of(block(month__basis=choice("last_year_value")))


SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AMOUNTS = st.integers(-100_000, 100_000).map(lambda fen: Decimal(fen) / 100)
POSITIVE = st.integers(1, 90_000).map(lambda fen: Decimal(fen) / 100)
PERIODS = [f"2024-{number:02}" for number in range(1, 5)]
DAYS = st.sampled_from([f"{period}-{day}" for period in PERIODS for day in ("02", "17")])


@st.composite
def decided(draw: st.DrawFn) -> Decisions:
    """Any decisions about three hospitals, one of which may end."""
    who = st.sampled_from("ABC")
    deductions = [
        deduction(
            draw(POSITIVE), draw(DAYS), hospital=draw(who), kind=draw(st.sampled_from(["violation", "over_budget"]))
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return Decisions(
        deductions=tuple(deductions),
        transfers=tuple(
            transfer(draw(POSITIVE), draw(DAYS), hospital=draw(who)) for _ in range(draw(st.integers(0, 2)))
        ),
        corrections=tuple(
            by_hand(draw(AMOUNTS), draw(DAYS), hospital=draw(who)) for _ in range(draw(st.integers(0, 2)))
        ),
        advances=tuple(advance(draw(POSITIVE), draw(DAYS), hospital=draw(who)) for _ in range(draw(st.integers(0, 2)))),
        mergers=(merger("C", "A", "2024-03-01"),) if draw(st.booleans()) else (),
    )


@st.composite
def months(draw: st.DrawFn) -> tuple[list[PaidMonth], Decisions]:
    """Four months of three hospitals with refunds, negative and zero amounts under any rule."""
    decisions = draw(decided())
    extra: dict[str, Any] = {"negative": choice(draw(st.sampled_from(["carry", "receivable"])))}
    if draw(st.booleans()):
        extra["deposit"] = {"ratio": number("0.05", "ratio"), "maximum": number("0.05", "ratio")}
    if draw(st.booleans()):
        extra["defer_above"] = number("1.1", "factor")
    rule, paid = payment_rule(**extra), list[PaidMonth]()
    for period in PERIODS:
        codes = "AB" if decisions.mergers and period >= "2024-03" else "ABC"
        rows = [
            allocation(period, code, draw(AMOUNTS).quantize(ZERO), pool=pool, ratio="0.85", booked=str(draw(AMOUNTS)))
            for code in codes
            for pool in "pq"
        ]
        paid.append(month(period, *rows, before=paid, rule=rule, decisions=decisions))
    return paid, decisions


@SLOW
@given(months())
def test_every_identity_holds_for_any_months(made: tuple[list[PaidMonth], Decisions]) -> None:
    for paid in made[0]:
        prove(paid.identities)
        assert all(row.paid >= 0 for row in paid.rows)


@SLOW
@given(months())
def test_what_is_owed_goes_on_from_month_to_month(made: tuple[list[PaidMonth], Decisions]) -> None:
    paid, decisions = made
    for earlier, later in pairwise(paid):
        for pool in "pq":
            ends = sum((row.closing for row in earlier.rows if row.pool == pool), ZERO)
            assert ends == sum((row.opening for row in later.rows if row.pool == pool), ZERO)
    if decisions.mergers:
        assert not any(row.hospital_id == "C" and row.closing for paid_ in paid[2:] for row in paid_.rows)
