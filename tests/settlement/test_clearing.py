"""Clearing a year: the worked example, sharing by bands, assessments, deposits, targets, and every identity."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settlement_cases import NO_VECTORS, shared_vectors
from test_payments import PERIODS, SLOW, months
from year_cases import (
    HERE,
    ZERO,
    advance,
    allocation,
    choice,
    clearing_rule,
    deduction,
    merger,
    month,
    number,
    payment_rule,
    sharing,
    year,
)

from drgcalc.base.errors import RulesError
from drgcalc.settlement.clearing import Cleared, Clearing, clear_year
from drgcalc.settlement.clearing_rules import quarter_findings, shared
from drgcalc.settlement.decisions import Assessment, Decisions
from drgcalc.settlement.identities import prove


def row_of(cleared: Clearing, hospital: str = "A", pool: str = "p") -> Cleared:
    return next(row for row in cleared.rows if (row.pool, row.hospital_id) == (pool, hospital))


def assessment(score: str, deposit: str | None = None, *, hospital: str = "A", pool: str | None = None) -> Assessment:
    day = advance("1", "2025-01-20").decided_on
    return Assessment(2024, hospital, pool, Decimal(score), Decimal(deposit) if deposit else None, day, "通报", HERE)


def test_the_worked_example_of_the_specification() -> None:
    vector = shared_vectors().get("clearing")
    if vector is None:
        pytest.skip(NO_VECTORS)
    decisions = Decisions(
        deductions=(deduction(vector["audit_deduction"], "2024-12-30"),),
        advances=(advance(vector["working_capital"], "2024-01-03"),),
    )
    paid = month("2024-06", allocation("2024-06", "A", vector["monthly_paid"]))
    cleared = clear_year(year(allocation("2024", "A", vector["annual_payable"]), months=[paid], decisions=decisions))
    assert row_of(cleared).clearing == Decimal(vector["clearing"])
    assert row_of(cleared).status == "recover"
    assert "P108" in [finding.code for finding in cleared.findings]
    prove(cleared.identities)


def test_a_deduction_counts_once_whether_a_month_has_taken_it_or_not() -> None:
    decisions = Decisions(deductions=(deduction("15", "2024-06-30"),))
    taken = month("2024-06", allocation("2024-06", "A", "90.00"), decisions=decisions)
    not_taken = month("2024-06", allocation("2024-06", "A", "90.00"))
    sums = set()
    for paid in (taken, not_taken):
        row = row_of(clear_year(year(allocation("2024", "A", "100.00"), months=[paid], decisions=decisions)))
        sums.add(row.monthly + row.clearing)
    assert sums == {Decimal("85.00")}


def test_assessment_and_deposit_have_scores_of_their_own() -> None:
    rule = payment_rule(deposit={"ratio": number("0.05", "ratio"), "maximum": number("0.05", "ratio")})
    paid = month("2024-06", allocation("2024-06", "A", "1000.00"), rule=rule)
    decisions = Decisions(assessments=(assessment("0.98", "0.9"),))
    cleared = clear_year(year(allocation("2024", "A", "1000.00"), months=[paid], decisions=decisions))
    row = row_of(cleared)
    assert (row.assessed, row.deposit, row.deposit_released) == (Decimal("980"), Decimal("50"), Decimal("45"))
    assert row.clearing == Decimal("-20.00")
    assert cleared.book.balance("p", "fund_balance") == Decimal("25.00")
    prove(cleared.identities)


def test_a_score_of_one_pool_comes_before_that_of_every_pool() -> None:
    decisions = Decisions(assessments=(assessment("0.90"), assessment("0.95", pool="q")))
    rows = [allocation("2024", "A", "100.00", pool=pool) for pool in ("p", "q")]
    cleared = clear_year(year(*rows, decisions=decisions))
    assert [row.assessment for row in cleared.rows] == [Decimal("0.90"), Decimal("0.95")]


def test_a_missing_assessment_is_an_error_where_the_policy_requires_one() -> None:
    rule = clearing_rule(missing_assessment=choice("required"))
    with pytest.raises(RulesError, match="hospital A has no assessment"):
        clear_year(year(allocation("2024", "A", "100.00"), rule=rule))


def test_hospitals_without_an_assessment_are_named_once_there_are_assessments() -> None:
    rows = [allocation("2024", code, "100.00") for code in "AB"]
    found = clear_year(year(*rows, decisions=Decisions(assessments=(assessment("0.98"),)))).findings
    assert [(finding.code, finding.value) for finding in found] == [("P107", "B")]
    assert clear_year(year(*rows)).findings == ()


@pytest.mark.parametrize(("base", "payable", "booked"), [("payable", "0.00", "50.00"), ("booked", "50.00", "-1.00")])
def test_a_ratio_whose_base_is_not_above_zero_shares_nothing_and_is_told(base: str, payable: str, booked: str) -> None:
    rule = clearing_rule(sharing=sharing(base, (0, 1, "1"), (1, None, "0")))
    cleared = clear_year(year(allocation("2024", "A", payable, booked=booked), rule=rule))
    assert row_of(cleared).shared == ZERO
    assert [finding.code for finding in cleared.findings] == ["P109"]
    prove(cleared.identities)


SAVED = sharing("payable", (0, "0.85", "0"), ("0.85", 1, "0.7"), (1, "1.1", "0.5"), ("1.1", None, "1"))
CAP = sharing("booked", (0, 1, "1"), (1, "1.1", "1"), ("1.1", None, "0"))


@pytest.mark.parametrize(
    ("bands", "assessed", "booked", "paid"),
    [
        (SAVED, "100.00", "90.00", "97.00"),  # 10 saved, 70 % of it kept
        (SAVED, "100.00", "80.00", "90.50"),  # 20 saved, 70 % of the first 15 kept
        (SAVED, "100.00", "106.00", "103.00"),  # 6 over, half of it borne
        (SAVED, "100.00", "120.00", "105.00"),  # 20 over, half of the first 10 borne and all of the rest
        (SAVED, "100.00", "100.00", "100.00"),
        (SAVED, "0.00", "50.00", "0.00"),
        (CAP, "105.00", "100.00", "105.00"),
        (CAP, "130.00", "100.00", "110.00"),  # at most 110 % of the booked amount
        (CAP, "70.00", "100.00", "70.00"),
    ],
)
def test_surplus_and_overrun_are_shared_by_bands(bands: Any, assessed: str, booked: str, paid: str) -> None:
    rule = clearing_rule(sharing=bands).sharing
    assert rule is not None
    assert Decimal(assessed) + shared(Decimal(assessed), Decimal(booked), rule) == Decimal(paid)


def test_bands_must_cover_every_ratio_once() -> None:
    for bands in (sharing("payable", (0, "0.9", "0"), (1, None, "1")), sharing("payable", (0, "0.9", "0"))):
        with pytest.raises(RulesError, match="bands"):
            clearing_rule(sharing=bands)


def test_the_clearing_share_is_held_against_the_targets() -> None:
    rule = clearing_rule(
        share_from=number("0.03", "ratio"), share_to=number("0.05", "ratio"),
        deadline={"value": advance("1", "2025-05-31").decided_on, "source": "清算时限文件"},
    )  # fmt: skip
    paid = month("2024-06", allocation("2024-06", "A", "96.00"))
    met = clear_year(year(allocation("2024", "A", "100.00"), months=[paid], rule=rule))
    assert met.pools[0].clearing_share == Decimal("0.040000")
    assert met.pools[0].target.endswith(": met")
    assert met.pools[0].deadline == "2025-05-31 (清算时限文件)"
    missed = clear_year(year(allocation("2024", "A", "110.00"), months=[paid], rule=rule))
    assert [finding.code for finding in missed.findings] == ["P106"]


def test_a_fourth_quarter_far_from_the_others_is_a_finding() -> None:
    rule = clearing_rule(quarter_check=number("0.15", "ratio"))
    rows = [allocation(f"2024-{n:02}", code, "100.00") for n in range(1, 10) for code in "AB"]
    last = [
        allocation(f"2024-{n:02}", code, amount) for n in range(10, 13) for code, amount in (("A", "115"), ("B", "116"))
    ]
    found = quarter_findings(rule, [*rows, *last])
    assert [(finding.code, finding.value) for finding in found] == [("P105", "B")]
    assert not quarter_findings(rule, rows)


def test_payments_of_a_merged_hospital_count_for_the_one_in_its_place() -> None:
    decisions = Decisions(mergers=(merger("B", "A", "2024-02-01"),))
    january = month("2024-01", *(allocation("2024-01", code, "40.00") for code in "AB"))
    cleared = clear_year(year(allocation("2024", "A", "100.00"), months=[january], decisions=decisions))
    assert [(row.hospital_id, row.monthly, row.clearing) for row in cleared.rows] == [
        ("A", Decimal("80.00"), Decimal("20.00"))
    ]


FEN = st.integers(-200_000, 500_000).map(lambda fen: (Decimal(fen) / 100).quantize(ZERO))


@SLOW
@given(months(), st.lists(FEN, min_size=6, max_size=6), st.booleans(), st.booleans())
def test_clearing_months_advances_deposits_and_deductions_are_the_year(
    made: Any, amounts: list[Decimal], cap: bool, scored: bool
) -> None:
    paid, decisions = made
    scores = tuple(assessment("0.97", hospital=code) for code in "ABC") if scored else ()
    rows = [allocation("2024", code, amount, pool=pool, booked="10.00")
            for (code, pool), amount in zip([(c, p) for c in "ABC" for p in "pq"], amounts, strict=True)
            if not (decisions.mergers and code == "C")]  # fmt: skip
    rule = clearing_rule(sharing=CAP) if cap else clearing_rule()
    full = Decisions(**{**vars(decisions), "assessments": scores})
    cleared = clear_year(year(*rows, months=paid, decisions=full, rule=rule))
    prove(cleared.identities)
    assert {row.period for one in paid for row in one.rows} == set(PERIODS)
    for row in cleared.rows:
        cash = row.monthly + row.advance + row.clearing + row.deposit
        worth = row.assessed + row.shared + row.decided + row.transferred - row.violation - row.over_budget
        assert cash == worth


@given(FEN, FEN.filter(lambda amount: amount > 0))
def test_sharing_pays_between_booked_and_assessed(assessed: Decimal, booked: Decimal) -> None:
    for bands in (SAVED, CAP):
        rule = clearing_rule(sharing=bands).sharing
        assert rule is not None
        paid = assessed + shared(assessed, booked, rule)
        assert min(assessed, booked) <= paid <= max(assessed, booked)


def test_sharing_has_no_cliff() -> None:
    rule = clearing_rule(sharing=SAVED).sharing
    assert rule is not None
    paid = [Decimal(100) + shared(Decimal(100), Decimal(booked), rule) for booked in range(50, 150)]
    assert all(later >= earlier for earlier, later in pairwise(paid))
