"""A whole settlement: whatever the policy and the data, the book balances and says what is paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import block, choice, hospital, hospitals_of, money_in, number, one_pool, policy_of, totals_of

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.base.settlement_columns import ALLOCATIONS, LEDGER, POOL
from drgcalc.settlement.identities import prove
from drgcalc.settlement.ledger import ACCOUNTS, STEPS, less
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import Allocation, FundItem, HospitalTotals, LedgerRow, PoolLine
from drgcalc.settlement.settle import Settlement, settle_month, settle_year

ROWS = [
    {"id": "A", "points": "60", "total": "800.00", "fund_booked": "600.00", "patient_paid": "200.00"},
    {"id": "B", "points": "40", "total": "700.00", "fund_booked": "300.00", "patient_paid": "400.00"},
]
HOSPITALS = [hospital("B", "乙", "2"), hospital("A", "甲", "3"), hospital("C", "丙", "1")]


def _settle(policy: Policy, fund: str = "1000.00") -> Settlement:
    return settle_year(2024, policy, HOSPITALS, totals_of(ROWS), money_in(fund))


def _conserving() -> Policy:
    return policy_of(one_pool(point_value__convention=choice("fund_only"), point_value__closing=None))


def test_a_year_pays_its_pool_and_proves_it() -> None:
    done = _settle(_conserving())
    prove(done.identities)
    assert [(row.hospital_id, str(row.payable), str(row.difference)) for row in done.allocations] == [
        ("A", "600.00", "0.00"),
        ("B", "400.00", "100.00"),
        ("C", "0.00", "0.00"),
    ]


def test_a_hospital_without_cases_is_declared_not_skipped() -> None:
    found = [finding for finding in _settle(_conserving()).findings if finding.code == "S008"]
    assert [finding.value for finding in found] == ["C"]


def test_a_hospitals_postings_are_its_statement() -> None:
    postings = _settle(_conserving()).book.of_hospital("B")
    assert [(posting.explanation, str(posting.amount)) for posting in postings] == [
        ("points 40 × 10.00000000", "400.00")
    ]


@pytest.mark.parametrize(
    ("closing", "account"), [("leave_in_fund", "fund_balance"), ("adjustment_fund", "adjustment_fund")]
)
def test_the_residual_of_total_cost_is_posted_where_closing_says(closing: str, account: str) -> None:
    done = _settle(policy_of(one_pool(point_value__closing=choice(closing))))
    prove(done.identities)
    assert str(done.book.balance("resident", account)) == "-35.71"
    assert str(done.values[0].kept) == "-35.71"
    assert "S010" in [finding.code for finding in done.findings]


def test_a_rescaled_residual_is_a_posting_of_its_own_for_each_hospital() -> None:
    done = _settle(policy_of(one_pool(point_value__closing=choice("rescale"))))
    prove(done.identities)
    assert [(posting.step, str(posting.amount)) for posting in done.book.of_hospital("A")] == [
        ("points_payment", "750.00"),
        ("closing", "-25.86"),
    ]
    assert done.values[0].kept == 0


def test_money_without_points_stays_in_the_fund_with_a_warning() -> None:
    done = settle_year(2024, _conserving(), HOSPITALS, [], money_in("1000.00"))
    prove(done.identities)
    assert done.values[0].status == "no_points"
    assert str(done.book.balance("resident", "fund_balance")) == "1000.00"
    assert "S004" in [finding.code for finding in done.findings]


def _with_fees(**of_hospital: tuple[str, str]) -> Settlement:
    """The year of the rescaled convention total_cost with other (total, fund_booked) of hospitals."""
    rows = [row | dict(zip(("total", "fund_booked"), of_hospital.get(row["id"], (row["total"], row["fund_booked"])),
                           strict=True)) for row in ROWS]  # fmt: skip
    policy = policy_of(one_pool(point_value__closing=choice("rescale")))
    done = settle_year(2024, policy, HOSPITALS, totals_of(rows), money_in("1000.00"))
    prove(done.identities)
    return done


def test_a_pool_without_any_booked_amount_has_no_fund_ratio_and_keeps_its_money() -> None:
    done = _with_fees(A=("800.00", "0.00"), B=("700.00", "0.00"))
    assert [finding.code for finding in done.findings if finding.severity == "warning"] == ["S005"]
    assert (done.values[0].status, str(done.values[0].kept)) == ("no_ratio", "1000.00")


def test_a_hospital_with_points_and_no_cost_is_paid_nothing_and_named() -> None:
    done = _with_fees(B=("0.00", "0.00"))
    assert [finding.value for finding in done.findings if finding.code == "S006"] == ["B"]
    assert {row.hospital_id: str(row.payable) for row in done.allocations} == {"A": "1000.00", "B": "0.00", "C": "0.00"}


def test_where_nobody_is_entitled_to_anything_nothing_is_rescaled() -> None:
    rows = [row | {"points": points} for row, points in zip(ROWS, ("-10", "20"), strict=True)]
    rows[1] |= {"fund_booked": "-300.00"}
    policy = policy_of(one_pool(point_value__closing=choice("rescale")))
    done = settle_year(2024, policy, HOSPITALS, totals_of(rows), money_in("1000.00"))
    prove(done.identities)
    assert [finding.value for finding in done.findings if finding.code == "S011"] == ["rescale"]


def test_a_hospital_that_owes_is_a_warning() -> None:
    rule = {"point_value__convention": choice("fund_plus_patient"), "point_value__closing": None}
    done = _settle(policy_of(one_pool(**rule)), fund="100.00")
    prove(done.identities)
    assert [finding.value for finding in done.findings if finding.code == "S007"] == ["B"]


def test_cases_of_a_pool_without_a_formula_are_an_error() -> None:
    with pytest.raises(RulesError, match="cases of pool employee, and the policy has no fund formula"):
        settle_year(2024, _conserving(), HOSPITALS, totals_of(ROWS, "employee"), money_in("1.00"))


def test_two_totals_of_one_hospital_are_an_error() -> None:
    with pytest.raises(RulesError, match="hospital A has two totals"):
        settle_year(2024, _conserving(), HOSPITALS, totals_of([*ROWS, ROWS[0]]), money_in("1.00"))


def test_a_month_pays_its_share_and_keeps_part_for_the_clearing() -> None:
    policy = policy_of(
        one_pool(
            point_value__convention=choice("fund_only"),
            point_value__closing=None,
            month__pay_ratio=number(Decimal("0.9"), "ratio"),
        )
    )
    done = settle_month("2024-05", policy, HOSPITALS, totals_of(ROWS), money_in("1200.00"))
    prove(done.identities)
    assert str(done.lines[-1].amount) == "100.00"
    assert [str(row.payable) for row in done.allocations] == ["60.00", "40.00", "0.00"]
    assert [(str(row.retained), str(row.unretained)) for row in done.allocations[:2]] == [
        ("6.00", "54.00"),
        ("4.00", "36.00"),
    ]
    assert str(done.book.balance("resident", "hospital", "A")) == "54.00"
    assert str(done.book.balance("resident", "hospital_retained", "A")) == "6.00"
    assert str(done.book.balance("resident", "other_months")) == "1100.00"


def test_months_may_have_their_own_shares() -> None:
    shares = {"value": [Decimal("0.12"), *[Decimal("0.08")] * 11], "unit": "ratio", "source": "第一条"}
    policy = policy_of(one_pool(month__shares=shares))
    finals = [
        settle_month(f"2024-{month:02}", policy, HOSPITALS, totals_of(ROWS), money_in("1000.00")).values[0].fund
        for month in range(1, 13)
    ]
    assert [str(final) for final in finals[:2]] == ["120.00", "80.00"]
    assert total(finals) == 1000


def test_a_month_without_a_month_rule_is_an_error() -> None:
    with pytest.raises(RulesError, match="does not say how a month is settled"):
        settle_month("2024-05", policy_of(one_pool(month=None)), HOSPITALS, totals_of(ROWS), money_in("1.00"))


def test_rows_are_the_published_tables() -> None:
    assert Allocation._fields == ALLOCATIONS.names()
    assert (*PoolLine._fields, "mark") == POOL.names()  # sums are marked for people as they are written
    assert LedgerRow._fields == LEDGER.names()


money = st.integers(-(10**7), 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
points = st.integers(-(10**6), 10**8).map(lambda units: Decimal(units).scaleb(-4))
rows = st.builds(
    HospitalTotals,
    st.sampled_from(("employee", "resident")),
    st.sampled_from([f"H{index}" for index in range(6)]),
    st.integers(0, 90),
    st.integers(-3, 90),
    st.integers(0, 9),
    points | st.just(Decimal("0.0000")),
    money | st.just(Decimal("0.00")),
    money | st.just(Decimal("0.00")),
    money,
    st.none() | points.map(abs),
    st.sampled_from((Decimal("0.00"), Decimal("0.00"), Decimal("0.01"), Decimal("77.77"))),
)
many_totals = st.lists(rows, max_size=9, unique_by=lambda row: (row.pool, row.hospital_id))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    convention = draw(st.sampled_from(("fund_only", "fund_plus_patient", "total_cost", "fixed_rate")))
    pay_with = draw(st.sampled_from(("exact", "printed")))
    whole = pay_with == "exact" and convention != "fixed_rate"
    closings = ("leave_in_fund", "rescale") if whole else ("leave_in_fund", "adjustment_fund")
    leaves_residual = convention in ("total_cost", "fixed_rate") or pay_with == "printed"
    changes: dict[str, Any] = {
        "point_value__convention": choice(convention),
        "point_value__pay_with": choice(pay_with),
        "point_value__closing": choice(draw(st.sampled_from(closings))) if leaves_residual else None,
        "limits__draw": choice(draw(st.sampled_from(("net", "literal")))),
        "limits__scope": choice(draw(st.sampled_from(("pool", "city")))),
        "limits__first_year": choice("no_floor"),
    }
    if convention == "fixed_rate":
        pays = draw(st.sampled_from(("fund_only", "fund_plus_patient", "total_cost")))
        prices = {pool: number(draw(st.integers(0, 40)), "yuan_per_point") for pool in ("employee", "resident")}
        changes |= {"point_value__fixed_rate_pays": choice(pays), "point_value__rates": prices}
    elif draw(st.booleans()):
        share = draw(st.integers(0, 10000).map(lambda units: Decimal(units).scaleb(-4)))
        base = choice(draw(st.sampled_from(("base", "increment"))))
        changes["point_value__elastic"] = {"base_share": number(share, "ratio"), "without_base": base}
    if draw(st.booleans()):
        changes = {key: value for key, value in changes.items() if not key.startswith("limits")} | {"limits": None}
    return policy_of(block(**changes))


@st.composite
def funds(draw: st.DrawFn) -> list[FundItem]:
    formulas = policy_of(block()).fund
    items = [
        FundItem(2024, pool, item.item, abs(draw(money)), "决算表")
        for pool in formulas
        for item in formulas[pool].items()
    ]
    others = ["last_final_pool", "current_surplus", "historical_surplus"]
    kept = others if draw(st.booleans()) else others[1:]
    return items + [FundItem(2024, pool, name, draw(money), "决算表") for pool in formulas for name in kept]


@settings(deadline=None, max_examples=120)
@given(policies(), many_totals, funds(), st.booleans())
def test_every_settlement_balances_to_the_fen(
    policy: Policy, totals: list[HospitalTotals], fund: list[FundItem], by_month: bool
) -> None:
    hospitals = hospitals_of(totals)
    try:
        if by_month:
            done = settle_month("2024-12", policy, hospitals, totals, fund)
        else:
            done = settle_year(2024, policy, hospitals, totals, fund)
    except RulesError as error:
        assert "approved by item" in error.message  # noqa: PT017  # the pool holds less than was approved
        return
    prove(done.identities)
    assert all(amount == 0 for amount in done.book.step_sums().values())
    for value in done.values:
        paid = [row.payable for row in done.allocations if row.pool == value.pool]
        assert total([*paid, value.kept]) == value.fund
        assert value.fund >= 0
        if value.convention in ("fund_only", "fund_plus_patient") and policy.point_value.closing is None:
            assert value.kept in (0, less(value.fund, value.special))
    _check_names(done)


def _check_names(done: Settlement) -> None:
    accounts = {account.name for account in ACCOUNTS}
    steps = {step.name for step in STEPS}
    for posting in done.book.postings:
        assert posting.step in steps
        assert posting.account in accounts or posting.account.split("/")[0] + "/" in accounts
        assert posting.amount
        assert posting.source


@settings(deadline=None, max_examples=50)
@given(policies(), many_totals, funds(), st.randoms())
def test_the_order_of_inputs_changes_nothing(
    policy: Policy, totals: list[HospitalTotals], fund: list[FundItem], random: Any
) -> None:
    hospitals = hospitals_of(totals)
    totals = [row._replace(special=Decimal("0.00")) for row in totals]
    expected = settle_year(2024, policy, hospitals, totals, fund)
    for given_rows in (hospitals, totals, fund):
        random.shuffle(given_rows)
    assert settle_year(2024, policy, hospitals, totals, fund) == expected


@pytest.mark.parametrize(
    ("rate", "code", "words"),
    [
        ("20", "S010", "fixed_rate pays 1,000.00 yuan more than the pool of 1,000.00 holds"),
        ("5", "S010", "fixed_rate leaves 500.00 yuan of the pool of 1,000.00"),
        ("9.9999", "S017", "fixed_rate leaves 0.01 yuan"),
    ],
)
def test_an_overspent_pool_is_a_warning_and_rounding_is_not(rate: str, code: str, words: str) -> None:
    rule = {
        "point_value__convention": choice("fixed_rate"),
        "point_value__fixed_rate_pays": choice("fund_only"),
        "point_value__rates": {"resident": number(Decimal(rate), "yuan_per_point")},
        "point_value__closing": choice("leave_in_fund"),
    }
    found = [finding for finding in _settle(policy_of(one_pool(**rule))).findings if finding.code in ("S010", "S017")]
    assert [(finding.code, finding.severity) for finding in found] == [(code, "warning" if code == "S010" else "info")]
    assert words in found[0].message


def test_a_residual_that_is_rescaled_is_no_warning() -> None:
    found = _settle(policy_of(one_pool())).findings
    assert [finding.severity for finding in found if finding.code == "S017"] == ["info"]
    assert "S010" not in [finding.code for finding in found]


def test_a_hospital_with_records_but_no_case_is_not_said_to_have_none() -> None:
    totals = [row._replace(cases=0) for row in totals_of(ROWS)]
    done = settle_year(2024, _conserving(), HOSPITALS, totals, money_in("1000.00"))
    assert [finding.value for finding in done.findings if finding.code == "S008"] == ["C"]


def test_a_rate_and_a_rescaled_residual_exclude_each_other() -> None:
    rule = {
        "point_value__convention": choice("fixed_rate"),
        "point_value__fixed_rate_pays": choice("fund_only"),
        "point_value__rates": {"resident": number(1, "yuan_per_point")},
    }
    with pytest.raises(RulesError, match="closing is rescale, and convention is fixed_rate"):
        policy_of(one_pool(**rule))
