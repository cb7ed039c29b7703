"""Netting, receivables, feedback, fund warnings and the calendar: the vectors, and what must hold whatever comes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import needs_vectors, number, shared_vectors, vector_cases

from drgcalc.base.errors import RulesError
from drgcalc.base.money import divide, total
from drgcalc.settlement.deadlines import Deadline, Fixed, dues
from drgcalc.settlement.feedback import Event, FeedbackRule, GroupedCase, read_feedback, run_loop
from drgcalc.settlement.fund_watch import months_of_cover, patient_benefit, read_watch, warnings, watch_findings
from drgcalc.settlement.identities import prove
from drgcalc.settlement.netting import Advance, net
from drgcalc.settlement.policy_reading import Table
from drgcalc.settlement.receivables import Booking, receivables, reconcile
from drgcalc.settlement.rows import FundItem
from drgcalc.settlement.working_days import Holiday, WorkingDays

names = st.sampled_from("ABCD")
money = st.integers(0, 10**9).map(lambda fen: Decimal(fen) / 100)


def _advances(rows: list[Any]) -> list[Advance]:
    return [Advance("2024", one, other, Decimal(amount), "协议") for one, other, amount in rows]


@needs_vectors()
def test_vector_c12_nets_between_agencies() -> None:
    vector = shared_vectors()["netting"]
    done = net("2024", _advances(vector["advances"]))
    assert {name: str(amount.quantize(Decimal(1))) for name, amount in done.nets.items()} == vector["nets"]
    assert [(row.payer, row.receiver, int(row.amount)) for row in done.payments] == [
        ("B", "A", 180),
        ("C", "A", 100),
        ("B", "C", 80),
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(names, names, money).filter(lambda row: row[0] != row[1])))
def test_nets_sum_to_zero_and_payments_settle_them(rows: list[tuple[str, str, Decimal]]) -> None:
    done = net("2024", _advances(rows))
    prove(done.identities)
    assert total([Decimal(0), *done.nets.values()]) == 0
    assert all(row.amount > 0 for row in done.payments)
    assert done == net("2024", _advances(rows[::-1]))


@pytest.mark.parametrize(("one", "other", "amount"), [("A", "A", "1"), ("A", "B", "-1")])
def test_an_advance_to_oneself_or_below_zero_is_refused(one: str, other: str, amount: str) -> None:
    with pytest.raises(RulesError):
        net("2024", _advances([(one, other, amount)]))


def _entry(
    amount: str, month: str = "2024-03", pool: str = "employee", kind: str = "billed", reference: str = ""
) -> Booking:
    return Booking("H1", pool, month, kind, Decimal(amount), reference)


@pytest.mark.parametrize(
    ("here", "there", "error", "difference"),
    [
        ([], [_entry("100.00")], "missing_here", "100.00"),
        ([_entry("100.00")], [], "missing_there", "-100.00"),
        ([_entry("100.00")], [_entry("120.00")], "amount", "20.00"),
        ([_entry("100.00")], [_entry("100.00", pool="resident")], "pool", "0.00"),
        ([_entry("100.00")], [_entry("100.00", month="2024-04")], "month", "0.00"),
    ],
)
def test_each_of_the_five_errors_is_told_apart(
    here: list[Booking], there: list[Booking], error: str, difference: str
) -> None:
    done = reconcile(here, there)
    prove(done.identities)
    assert [(row.error, str(row.difference)) for row in done.differences] == [(error, difference)]


def test_entries_of_one_voucher_go_together_where_there_is_a_choice() -> None:
    here = [_entry("100.00", reference="V1"), _entry("100.00", reference="V2")]
    there = [_entry("100.00", month="2024-04", reference="V1"), _entry("100.00", reference="V2")]
    done = reconcile(here, there)
    assert [(row.error, row.reference) for row in done.differences] == [("month", "V1")]


def test_a_receivable_is_opening_and_billed_less_received_and_deductions() -> None:
    rows = [_entry("50.00", kind="opening"), _entry("1000.00"), _entry("900.00", kind="received")]
    found = receivables([*rows, _entry("30.00", kind="deduction")])
    assert [(str(row.opening), str(row.closing)) for row in found] == [("50.00", "120.00")]


def test_an_unknown_kind_of_entry_is_refused() -> None:
    with pytest.raises(RulesError, match="the kind of an entry"):
        receivables([_entry("1.00", kind="gift")])


entries = st.builds(
    Booking,
    st.just("H1"),
    st.sampled_from(["employee", "resident"]),
    st.sampled_from(["2024-01", "2024-02"]),
    st.sampled_from(["billed", "received", "deduction"]),
    st.sampled_from([Decimal("1.00"), Decimal("2.00"), Decimal("-1.00")]),
    st.sampled_from(["", "V1"]),
)


@settings(deadline=None)
@given(here=st.lists(entries), there=st.lists(entries))
def test_differences_explain_the_closing_balances_and_no_entry_is_lost(
    here: list[Booking], there: list[Booking]
) -> None:
    done = reconcile(here, there)
    prove(done.identities)
    both = sum(1 for row in done.differences if row.error in ("amount", "pool", "month"))
    lacking_here = sum(1 for row in done.differences if row.error == "missing_here")
    lacking_there = sum(1 for row in done.differences if row.error == "missing_there")
    assert done.matched + both + lacking_there == len(here)
    assert done.matched + both + lacking_here == len(there)
    assert reconcile(here, here).differences == ()


RULE = read_feedback(
    Table(
        {name: number(days, "days") for name, days in (("reply", 5), ("review", 3), ("final", 2))}, "test", "feedback"
    )
)
CALENDAR = WorkingDays([Holiday(date(2024, 5, 1), date(2024, 5, 5), "holiday", "劳动节", "通知")])
CASES = {name: GroupedCase(name, "H1", "employee", "ungrouped", None) for name in ("S1", "S2")}


def _events(*steps: tuple[str, str, date]) -> list[Event]:
    return [Event(case, step, on, "医保中心", "AA11" if step == "final" else None, None) for case, step, on in steps]


def _loop(events: list[Event], on: date = date(2024, 5, 20), rule: FeedbackRule = RULE) -> Any:
    return run_loop(rule, CASES, {"grouped": 8, "ungrouped": 2}, events, CALENDAR, on)


def test_a_reply_is_due_in_working_days_that_pass_over_holidays() -> None:
    loop = _loop(_events(("S1", "fed_back", date(2024, 4, 29))), on=date(2024, 5, 9))
    assert [(row.state, row.due_on, row.overdue) for row in loop.cases] == [("fed_back", date(2024, 5, 9), False)]
    assert _loop(_events(("S1", "fed_back", date(2024, 4, 29))), on=date(2024, 5, 10)).cases[0].overdue


def test_final_groups_raise_the_grouping_rate() -> None:
    days = [date(2024, 5, day) for day in (6, 8, 9, 10)]
    steps = zip(("fed_back", "replied", "reviewed", "final"), days, strict=True)
    loop = _loop(_events(*(("S1", step, day) for step, day in steps)))
    assert (str(loop.rate.before), str(loop.rate.after)) == ("80.00", "90.00")
    assert loop.cases[0].final_group == "AA11"
    assert loop.findings == ()


def test_steps_out_of_order_do_not_count_and_are_told() -> None:
    loop = _loop(_events(("S1", "replied", date(2024, 5, 6)), ("S1", "fed_back", date(2024, 5, 8))))
    assert [row.state for row in loop.cases] == ["fed_back"]
    assert [finding.code for finding in loop.findings] == ["W001"]


def test_unknown_cases_and_steps_are_told() -> None:
    loop = _loop(_events(("S9", "fed_back", date(2024, 5, 6)), ("S1", "shouted", date(2024, 5, 6))))
    assert [finding.code for finding in loop.findings] == ["W001", "W001"]


def test_a_late_reply_is_told() -> None:
    loop = _loop(_events(("S1", "fed_back", date(2024, 5, 6)), ("S1", "replied", date(2024, 5, 14))))
    assert [finding.code for finding in loop.findings] == ["W002"]


@pytest.mark.parametrize("row", vector_cases("fund_ratios", "rows"))
def test_vector_p2_months_of_cover(row: dict[str, Any]) -> None:
    rate, ratio = Decimal(row["rate"]), Decimal(row["spending_ratio"])
    assert str(months_of_cover(rate, ratio)) == row["months"]


@needs_vectors()
def test_vector_p1_what_a_patient_got_back() -> None:
    vector = shared_vectors()["patient_benefit"]
    found = patient_benefit(Decimal(vector["total"]), Decimal(vector["basic"]), Decimal(vector["serious_illness"]))
    assert (str(found.reimbursed), str(found.patient)) == (vector["reimbursed"], vector["patient"])
    assert f"{found.ratio}%" == vector["ratio_printed"]


def _watch(**bounds: dict[str, Any]) -> Any:
    items = {name: {"item": name, "label": name, "source": "第一条"} for name in ("income", "spending", "accumulated")}
    return read_watch(Table({"warnings": {"employee": {**items, **bounds}}}, "test", "watch"))


FUND = {
    ("employee", name): FundItem(2024, "employee", name, Decimal(amount), "报表")
    for name, amount in (("income", "1000000.00"), ("spending", "880000.00"), ("accumulated", "220000.00"))
}


def test_indicators_of_the_fund_and_their_bounds() -> None:
    rules = _watch(
        surplus_rate={"at_most": number(Decimal("0.10"), "ratio")},
        accumulated_rate={"at_most": number(Decimal("0.25"), "factor")},
        months_of_cover={"at_least": number(4, "months")},
    )
    found = warnings(rules, FUND)
    assert [str(row.value) for row in found] == ["12.00", "22.00", "3.0"]
    assert [row.kept for row in found] == [False, True, False]
    assert [finding.field for finding in watch_findings(found)] == ["surplus_rate", "months_of_cover"]


def test_a_fund_account_without_an_item_is_refused() -> None:
    with pytest.raises(RulesError, match="lacks spending"):
        warnings(_watch(), {key: row for key, row in FUND.items() if key[1] != "spending"})


def test_a_coverage_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RulesError, match="planet"):
        read_watch(Table({"coverage": {"planet": number(1, "ratio")}}, "test", "watch"))


def test_years_without_a_notice_are_provisional() -> None:
    assert CALENDAR.after(date(2024, 4, 30), 1) == (date(2024, 5, 6), False)
    assert CALENDAR.after(date(2024, 12, 31), 1) == (date(2025, 1, 1), True)


def test_an_unknown_kind_of_holiday_is_refused() -> None:
    with pytest.raises(RulesError):
        WorkingDays([Holiday(date(2024, 5, 1), date(2024, 5, 5), "feast", "劳动节", "通知")])


@settings(deadline=None)
@given(first=st.dates(date(2024, 1, 1), date(2024, 12, 1)), days=st.integers(0, 40))
def test_counting_on_in_two_steps_is_counting_on_in_one(first: date, days: int) -> None:
    half = CALENDAR.after(first, days // 2).day
    assert CALENDAR.after(half, days - days // 2).day == CALENDAR.after(first, days).day


MONTHLY = Deadline("month_data", "月度数据", "month", 15, None, None, 2024, None, "规程")


def test_only_periods_that_have_ended_are_due_and_done_ones_are_said_to_be() -> None:
    found = dues([MONTHLY], CALENDAR, date(2024, 1, 1), date(2024, 3, 31), {"2024-01": "published"})
    assert [(row.period, row.done) for row in found] == [("2024-01", True), ("2024-02", False), ("2024-03", False)]


def test_a_deadline_follows_the_settlement_year() -> None:
    rows = [
        Deadline("clearing", "清算", "year", None, 5, 31, 2024, 2024, "2025"),
        Deadline("clearing", "清算", "year", None, 3, 31, 2026, None, "2027"),
    ]
    found = dues(rows, CALENDAR, date(2024, 1, 1), date(2028, 1, 1), {"2024": "closed", "2026": "published"})
    assert [(row.period, row.due_on, row.done) for row in found] == [
        ("2024", date(2025, 5, 31), True),
        ("2026", date(2027, 3, 31), False),
        ("2027", date(2028, 3, 31), False),
    ]


def test_a_day_that_the_policy_sets_counts_instead() -> None:
    row = Deadline("clearing", "清算", "year", None, 5, 31, 2024, None, "2025")
    fixed = {("clearing", "2024"): Fixed(date(2025, 4, 1), "第三十条")}
    found = dues([row], CALENDAR, date(2024, 1, 1), date(2026, 1, 1), {}, fixed)
    assert [(row.due_on, row.source) for row in found] == [
        (date(2025, 4, 1), "第三十条"),
        (date(2026, 5, 31), "2025"),
    ]


@pytest.mark.parametrize(
    "changes", [{"of": "week"}, {"working_days": None}, {"working_days": None, "due_month": 2, "due_day": 30}]
)
def test_deadlines_that_say_no_day_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RulesError):
        dues([MONTHLY._replace(**changes)], CALENDAR, date(2024, 1, 1), date(2024, 12, 31), {})


def test_the_published_rate_and_months_agree_with_their_quotient() -> None:
    assert divide(Decimal("125.61") * 12, Decimal("81.48"), 1) == Decimal("18.5")
