"""Points of one case: score, coefficient, outlier segments, no group, refunds; and the same by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from points_in_duckdb import SETTLED, Case, Place, Score, query, rows_of, settled
from settlement_cases import block, choice, examples, number, policy_of, shared_vectors, vector_cases

from drgcalc.base.columns import CASES
from drgcalc.base.errors import RulesError
from drgcalc.settlement.case_findings import StatusTotals, UnmatchedRefunds, case_findings
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.points import case_points, check_levels, points_without_group, refund_points
from drgcalc.settlement.policy_reading import Choice
from drgcalc.settlement.totals import HospitalSums, count

EXAMPLES = examples("points")
OUTLIERS = vector_cases("outliers", "cases")
VERSION_3 = [case for case in shared_vectors().get("outliers", {"cases": []})["cases"] if "version_3" in case]


def rules_of(**changes: Any) -> PointRules:
    return policy_of(block(**changes)).points


def segment(name: str, start: object, slope: object, coefficient: str = "whole", **bound: object) -> dict[str, Any]:
    bounds = {key: number(value, "times") for key, value in bound.items()}
    numbers = {"start": number(start, "times"), "slope": number(slope, "times")}
    return {"name": name, "label": name, "coefficient": choice(coefficient), **numbers, **bounds}


@pytest.mark.parametrize("case", EXAMPLES["case"], ids=lambda case: case["name"])
def test_worked_cases_have_their_points(case: dict[str, Any]) -> None:
    fee, base, reference, coefficient = (Decimal(case[key]) for key in ("fee", "base", "reference", "coefficient"))
    done = case_points(rules_of(), fee=fee, base_points=base, reference_fee=reference, coefficient=coefficient)
    assert (str(done.points), done.segment) == (case["points"], case["segment"])


@pytest.mark.parametrize("case", EXAMPLES["case"], ids=lambda case: case["name"])
def test_worked_cases_have_the_same_points_by_sql(case: dict[str, Any]) -> None:
    lines = [Case(case["fee"], refund=case["fee"].startswith("-"))]
    con = settled(rules_of(), lines, [Score(case["base"], case["reference"])], [Place(case["coefficient"])])
    assert [(str(points), name) for points, name in rows_of(con, "case_points, segment")] == [
        (case["points"], case["segment"])
    ]


@pytest.mark.parametrize("case", EXAMPLES["without_group"], ids=lambda case: case["name"])
def test_worked_cases_without_a_group_have_their_points(case: dict[str, Any]) -> None:
    done = points_without_group(rules_of(), status=case["status"], fee=Decimal(case["fee"]))
    assert str(done.points) == case["points"]


def test_the_coefficient_may_count_on_the_start_of_a_segment_only() -> None:
    case = EXAMPLES["coefficient_on_start"]
    rules = rules_of(points__outliers=[segment("low", 0, 1, up_to=2), segment("high", 1, 1, "start")])
    fee, base, reference, coefficient = (Decimal(case[key]) for key in ("fee", "base", "reference", "coefficient"))
    done = case_points(rules, fee=fee, base_points=base, reference_fee=reference, coefficient=coefficient)
    assert str(done.points) == case["points"]


def test_a_policy_without_coefficients_ignores_the_hospitals_own() -> None:
    rules = rules_of(points__hospital_coefficient=choice("none"))
    done = case_points(
        rules, fee=Decimal(100), base_points=Decimal(7), reference_fee=Decimal(100), coefficient=Decimal("1.3")
    )
    assert done.exact == 7


def test_a_reference_of_zero_is_an_error() -> None:
    with pytest.raises(RulesError, match="not above zero"):
        case_points(
            rules_of(), fee=Decimal(1), base_points=Decimal(1), reference_fee=Decimal(0), coefficient=Decimal(1)
        )


def _vector_points(rules: PointRules, case: dict[str, Any]) -> tuple[Fraction, str]:
    done = case_points(
        rules,
        fee=Decimal(case["cost"]),
        base_points=Decimal(900),
        reference_fee=Decimal(8000),
        coefficient=Decimal(1),
    )
    return done.exact, done.flag


@pytest.mark.parametrize("case", OUTLIERS, ids=lambda case: case.get("cost"))
def test_vectors_of_outliers_with_bounds_left_out(case: dict[str, Any]) -> None:
    assert _vector_points(rules_of(), case)[0] == Fraction(case["points"])


@pytest.mark.parametrize("case", OUTLIERS, ids=lambda case: case.get("cost"))
def test_vectors_of_outliers_with_the_lower_bound_included(case: dict[str, Any]) -> None:
    low, high = segment("low", 0, 1, up_to=Decimal("0.5")), segment("high", 1, 1)
    rules = rules_of(points__outliers=[low, segment("normal", 1, 0, up_to=2), high])
    assert _vector_points(rules, case)[0] == Fraction(case.get("inclusive", case["points"]))


@pytest.mark.parametrize("case", VERSION_3, ids=lambda case: case["cost"])
def test_vectors_of_outliers_by_version_3_are_flagged_and_not_rescaled(case: dict[str, Any]) -> None:
    high = {**segment("high", 1, 0), "flag": "special_review_candidate"}
    rules = rules_of(points__outliers=[segment("normal", 1, 0, up_to=2), high])
    assert _vector_points(rules, case) == (Fraction(case["version_3"]), case["version_3_flag"])


places_4 = st.decimals(min_value=0, max_value=5, places=4)
modes = st.sampled_from(("whole", "start", "none"))


@st.composite
def outlier_rules(draw: st.DrawFn) -> PointRules:
    bounds = sorted(draw(st.sets(st.decimals(min_value=Decimal("0.0001"), max_value=6, places=4), max_size=3)))
    segments = []
    for index in range(len(bounds) + 1):
        bound = {draw(st.sampled_from(("below", "up_to"))): bounds[index]} if index < len(bounds) else {}
        segments.append(segment(f"s{index}", draw(places_4), draw(places_4), draw(modes), **bound))
    applied = choice(draw(st.sampled_from(("applied", "none"))))
    return rules_of(points__outliers=segments, points__hospital_coefficient=applied)


fees = st.decimals(min_value=Decimal("0.01"), max_value=9_000_000, places=2)
huge_fees = st.decimals(min_value=Decimal(10) ** 12, max_value=Decimal(10) ** 13, places=2)
small_fees = st.integers(0, 24).map(lambda eighths: Decimal(1000 * eighths) / 4)
scores = st.decimals(min_value=0, max_value=50_000, places=4)
means = st.sampled_from((Decimal("1000.00"), Decimal("2000.00"))) | st.decimals(
    min_value=1, max_value=900_000, places=2
)
coefficients = st.decimals(min_value=0, max_value=3, places=6)
MORE_THAN_THE_COLUMN_HOLDS = Decimal(10) ** 14
"""Points are DECIMAL(18,4); `drgcalc settle` refuses a record that would earn more."""


@settings(deadline=None, max_examples=40)
@given(
    outlier_rules(),
    st.lists(
        st.tuples(fees | small_fees | huge_fees, st.booleans(), st.sampled_from(("grouped", "ungrouped", "excluded")))
    ),
    scores,
    means,
    coefficients,
)
def test_sql_gives_every_case_the_points_that_decimal_gives(
    rules: PointRules,
    lines: list[tuple[Decimal, bool, str]],
    score: Decimal,
    mean: Decimal,
    coefficient: Decimal,
) -> None:
    cases = [
        Case(
            -fee if refund else fee,
            refund=refund,
            status=status,
            group="G1" if status == "grouped" else None,
            person=f"P{number}",
        )
        for number, (fee, refund, status) in enumerate(lines)
    ]
    expected = []
    for fee, refund, status in lines:
        if status == "grouped":
            done = case_points(rules, fee=fee, base_points=score, reference_fee=mean, coefficient=coefficient)
        else:
            done = points_without_group(rules, status=status, fee=fee)
        expected.append((-done.points if refund else done.points, done.segment))
    assume(all(abs(points) < MORE_THAN_THE_COLUMN_HOLDS for points, _ in expected))
    con = settled(rules, cases, [Score(score, mean)], [Place(coefficient)])
    assert rows_of(con, "case_points, segment") == expected


@settings(deadline=None, max_examples=40)
@given(
    outlier_rules(),
    fees | small_fees,
    st.lists(fees | small_fees.filter(bool), max_size=3),
    st.booleans(),
    scores,
    means,
    coefficients,
)
def test_a_stay_refunded_in_parts_has_the_points_of_its_net_cost(
    rules: PointRules,
    left: Decimal,
    refunds: list[Decimal],
    by_id: bool,
    score: Decimal,
    mean: Decimal,
    coefficient: Decimal,
) -> None:
    costs = [left]
    for fee in reversed(refunds):
        costs.insert(0, costs[0] + fee)
    id_ = "S0" if by_id else None
    cases = [Case(costs[0], id="S0"), *(Case(-fee, id=id_, refund=True) for fee in refunds)]
    con = settled(rules, cases, [Score(score, mean)], [Place(coefficient)])
    priced = [
        case_points(rules, fee=cost, base_points=score, reference_fee=mean, coefficient=coefficient) for cost in costs
    ]
    differences = [
        refund_points(before, after if cost else None)
        for before, after, cost in zip(priced[:-1], priced[1:], costs[1:], strict=True)
    ]
    assert [row[0] for row in rows_of(con, "case_points")] == [priced[0].points, *differences]


def test_points_and_reference_have_the_types_of_the_published_table() -> None:
    con = settled(rules_of(), [Case("100")], [Score("7", "100")], [Place()])
    described = con.execute(f"DESCRIBE {query('case_points')}").fetchall()
    types = {name: type_ for name, type_, *_ in described}
    assert tuple(types) == ("source_file", "source_row", *SETTLED)
    assert {name: types[name] for name in SETTLED} == {name: CASES.column(name).type for name in SETTLED}


def test_a_score_counts_from_its_first_day_to_its_last() -> None:
    scores = [Score("10", "100", last=date(2024, 5, 14)), Score("20", "100", first=date(2024, 5, 15))]
    cases = [Case("100", day=date(2024, 5, day)) for day in (1, 14, 15, 31)]
    con = settled(rules_of(), cases, scores, [Place()])
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [10, 10, 20, 20]


def test_a_hospital_that_closes_in_the_middle_of_a_month_settles() -> None:
    places = [Place("0.5", last=date(2024, 5, 14))]
    con = settled(rules_of(), [Case("100", day=date(2024, 5, 14))], [Score("10", "100")], places)
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [5]


def test_a_score_of_a_level_may_begin_and_end_inside_that_of_every_level() -> None:
    scores = [Score("10", "100"), Score("30", "300", level="2", first=date(2024, 5, 10), last=date(2024, 5, 20))]
    cases = [Case("100", day=date(2024, 5, day)) for day in (9, 10, 20, 21)]
    rules = rules_of(points__score_by=choice("group_and_level"), points__outliers=[segment("all", 1, 0)])
    con = settled(rules, cases, scores, [Place()])
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [10, 30, 30, 10]


@pytest.mark.parametrize(
    "changes",
    [
        {"points__score_by": choice("group_and_level")},
        {"points__outlier_reference": choice("same_level_mean")},
    ],
    ids=str,
)
def test_a_policy_by_level_wants_scores_by_level(changes: dict[str, Any]) -> None:
    with pytest.raises(RulesError, match=r"no row of scores/\*\.csv has a level"):
        check_levels(rules_of(**changes), [None, None])
    check_levels(rules_of(**changes), [None, "3"])
    check_levels(rules_of(), [None])


def test_a_score_that_returns_to_its_old_value_is_followed_month_by_month() -> None:
    scores = [
        Score("10", "100", last=date(2024, 3, 31)),
        Score("20", "100", first=date(2024, 4, 1), last=date(2024, 6, 30)),
        Score("10", "100", first=date(2024, 7, 1)),
    ]
    cases = [Case("100", day=date(2024, month, 28)) for month in range(1, 13)]
    con = settled(rules_of(), cases, scores, [Place()])
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [10] * 3 + [20] * 3 + [10] * 6


def test_a_coefficient_changes_with_its_month() -> None:
    places = [Place("1", last=date(2024, 6, 30)), Place("1.5", first=date(2024, 7, 1))]
    cases = [Case("100", day=date(2024, 6, 30)), Case("100", day=date(2024, 7, 1))]
    con = settled(rules_of(), cases, [Score("10", "100")], places)
    assert [str(row[0]) for row in rows_of(con, "case_points")] == ["10.0000", "15.0000"]


def test_scores_by_level_fall_back_to_the_score_of_every_level() -> None:
    scores = [Score("10", "100"), Score("30", "300", level="3")]
    cases = [Case("100", level="2"), Case("100", level="3"), Case("100", level=None)]
    rules = rules_of(points__score_by=choice("group_and_level"))
    con = settled(rules, cases, scores, [Place()])
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [10, 30, 10]


def test_the_reference_may_be_the_mean_of_the_same_level() -> None:
    scores = [Score("10", "100"), Score("10", "300", level="3")]
    rules = rules_of(points__outlier_reference=choice("same_level_mean"))
    con = settled(rules, [Case("300", level="2"), Case("300", level="3")], scores, [Place()])
    assert [str(row[0]) for row in rows_of(con, "reference_fee")] == ["100.00", "300.00"]


def test_the_reference_may_be_the_standard_rounded_to_the_fen() -> None:
    price = number(Decimal("9.99"), "yuan_per_point")
    rules = rules_of(points__outlier_reference=choice("standard"), points__standard_price=price)
    con = settled(rules, [Case("300")], [Score("10.05", "100")], [Place()])
    assert [str(row[0]) for row in rows_of(con, "reference_fee")] == ["100.40"]


def test_groups_without_a_score_are_listed_with_their_cases() -> None:
    cases = [Case("100", group="G7"), Case("100", group="G7"), Case("100")]
    with pytest.raises(RulesError, match=r"2 cases .* without a score .*: G7 at level 2 \(2 cases, 2024-05-06\)"):
        settled(rules_of(), cases, [Score("10", "100")], [Place()])


def test_a_group_without_a_reference_cost_is_an_error() -> None:
    with pytest.raises(RulesError, match="without a score or without a reference cost: G1"):
        settled(rules_of(), [Case("100")], [Score("10", "0")], [Place()])


def test_a_month_without_a_score_is_missed_only_when_it_has_cases() -> None:
    scores = [Score("10", "100", last=date(2024, 5, 31)), Score("10", "100", group="G2")]
    settled(rules_of(), [Case("100"), Case("100", group="G2", day=date(2024, 6, 1))], scores, [Place()])
    with pytest.raises(RulesError, match="1 cases lie in groups without a score"):
        settled(rules_of(), [Case("100"), Case("100", day=date(2024, 6, 1))], scores, [Place()])


def test_a_hospital_without_a_row_in_force_is_an_error_that_names_the_days() -> None:
    cases = [Case("100", hospital="H9"), Case("100", hospital="H9", day=date(2024, 5, 31))]
    with pytest.raises(RulesError, match=r"H9 \(2 cases, 2024-05-06 to 2024-05-31\)"):
        settled(rules_of(), cases, [Score("10", "100")], [Place()])


def _net(
    *lines: Case, scores: Sequence[Score] = (Score("10", "100"),), places: Sequence[Place] = (Place(),)
) -> list[str]:
    return [str(row[0]) for row in rows_of(settled(rules_of(), lines, scores, places), "case_points")]


def test_a_reversal_carries_the_negative_points_even_when_the_terms_have_changed() -> None:
    places = [Place("1", last=date(2024, 5, 31)), Place("0.5", first=date(2024, 6, 1))]
    scores = [Score("10", "100", last=date(2024, 5, 31)), Score("90", "700", first=date(2024, 6, 1))]
    reversal = Case("-100", refund=True, day=date(2024, 7, 1), group="G9", level="3")
    assert _net(Case("100"), reversal, scores=scores, places=places) == ["10.0000", "-10.0000"]


def test_a_reversal_with_the_id_of_its_line_is_matched_before_the_amount() -> None:
    lines = (Case("100", id="A"), Case("100", id="B", status="excluded", group=None))
    assert _net(*lines, Case("-100", id="B", refund=True)) == ["10.0000", "0.0000", "0.0000"]
    assert _net(*lines, Case("-100", id="A", refund=True)) == ["10.0000", "0.0000", "-10.0000"]


def test_a_stay_settled_reversed_and_settled_again_counts_once() -> None:
    lines = (Case("100"), Case("-100", refund=True), Case("100"), Case("-100", refund=True), Case("150"))
    assert _net(*lines) == ["10.0000", "-10.0000", "10.0000", "-10.0000", "10.0000"]


def test_a_partial_refund_is_taken_off_the_line_that_is_left_of_the_stay() -> None:
    # 40 of 100: low, 10 × 0.4 = 4
    assert _net(Case("100"), Case("-60", refund=True)) == ["10.0000", "-6.0000"]
    lines = (Case("300"), Case("-300", refund=True), Case("100"), Case("-60", refund=True))
    assert _net(*lines) == ["20.0000", "-20.0000", "10.0000", "-6.0000"]


def test_a_refund_beyond_its_stay_is_mirrored_and_reported() -> None:
    con = settled(rules_of(), [Case("100"), Case("-160", refund=True)], [Score("10", "100")], [Place()])
    assert [str(row[0]) for row in rows_of(con, "case_points")] == ["10.0000", "-10.0000"]
    assert con.execute(query("unmatched_refunds")).fetchall() == [("resident", 1, Decimal("160.00"))]


def test_a_refund_of_another_person_hospital_or_pool_reverses_nothing() -> None:
    for other in ({"person": "P2"}, {"hospital": "H2"}, {"pool": "employee"}):
        lines = [Case("100", id="A"), Case("-100", id="A", refund=True, **other)]
        con = settled(rules_of(), lines, [Score("10", "100")], [Place(), Place(hospital="H2")])
        assert len(con.execute(query("unmatched_refunds")).fetchall()) == 1


def _stays() -> list[Case]:
    return [
        Case("400"),
        Case("100"),
        Case("-100", refund=True),
        Case("-55", refund=True, person="P2"),
        Case("900", status="ungrouped", group=None),
        Case("900", status="excluded", group=None, pool="employee"),
    ]


def _sums(con: duckdb.DuckDBPyConnection) -> list[HospitalSums]:
    return [HospitalSums(*row) for row in con.execute(query("hospital_sums")).fetchall()]


def test_sums_of_a_hospital_are_those_of_its_records_with_and_without_points() -> None:
    sums = _sums(settled(rules_of(), _stays(), [Score("10", "100")], [Place()]))
    # 10 × (1 + 4 − 2) = 30; 10; −10; 10 × 0.55 = −10, above half the mean; 0.7 × 900 ÷ 9000 × 1000 = 70
    assert [(row.pool, row.carries_points, row.records, row.stays, str(row.points)) for row in sums] == [
        ("employee", False, 1, 1, "0.0000"),
        ("resident", True, 5, 1, "90.0000"),
    ]
    assert str(sums[1].total_fee) == "1245.00"


def test_cases_count_stays_and_a_reversed_stay_counts_nothing() -> None:
    lines = [Case("100"), Case("-100", refund=True), Case("200", person="P2"), Case("-5", person="P2", refund=True)]
    sums = _sums(settled(rules_of(), lines, [Score("10", "100")], [Place()]))
    assert [(row.records, row.stays) for row in sums] == [(4, 1)]


@pytest.mark.parametrize(("amounts", "fee"), [("records_with_points", "300.00"), ("all_records", "400.00")])
def test_the_policy_says_whose_amounts_count(amounts: str, fee: str) -> None:
    lines = [Case("300"), Case("100", status="excluded", group=None, person="P2")]
    sums = _sums(settled(rules_of(), lines, [Score("10", "100")], [Place()]))
    counted = count(sums, Choice(amounts, "第一条"))
    (row,) = counted.totals
    assert (row.records, row.cases, row.cases_without_points, str(row.total_fee)) == (2, 1, 1, fee)
    assert len(counted.aside) == (amounts == "records_with_points")


def test_what_the_points_of_cases_have_to_say_is_found() -> None:
    rules = rules_of(points__outliers__2__flag="special_review_candidate")
    con = settled(rules, _stays(), [Score("10", "100")], [Place()])
    statuses = [StatusTotals(*row) for row in con.execute(query("status_totals")).fetchall()]
    refunds = [UnmatchedRefunds(*row) for row in con.execute(query("unmatched_refunds")).fetchall()]
    assert [(row.pool, row.lines, str(row.total_fee)) for row in refunds] == [("resident", 1, "55.00")]
    assert sum(row.records for row in statuses) == 6
    found = case_findings(statuses, refunds)
    assert [finding.code for finding in found] == ["S012", "S013", "S014"]
    assert "booked 450.00, paid by patients 0.00" in found[0].message
