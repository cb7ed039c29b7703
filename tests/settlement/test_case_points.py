"""Points of one case: score, coefficient, outlier segments, no group, refunds; and the same by SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from points_in_duckdb import Case, Place, Score, query, rows_of, settled
from settlement_cases import block, choice, examples, number, policy_of, shared_vectors, vector_cases

from drgcalc.base.errors import RulesError
from drgcalc.settlement.findings import StatusTotals, UnmatchedRefunds, case_findings
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.points import case_points, points_without_group
from drgcalc.settlement.rows import HospitalTotals

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
small_fees = st.integers(0, 24).map(lambda eighths: Decimal(1000 * eighths) / 4)


@settings(deadline=None, max_examples=40)
@given(
    outlier_rules(),
    st.lists(st.tuples(fees | small_fees, st.booleans(), st.sampled_from(("grouped", "ungrouped", "excluded")))),
    st.decimals(min_value=0, max_value=50_000, places=4),
    st.sampled_from((Decimal("1000.00"), Decimal("2000.00"))) | st.decimals(min_value=1, max_value=900_000, places=2),
    st.decimals(min_value=0, max_value=3, places=6),
)
def test_sql_gives_every_case_the_points_that_decimal_gives(
    rules: PointRules,
    lines: list[tuple[Decimal, bool, str]],
    score: Decimal,
    mean: Decimal,
    coefficient: Decimal,
) -> None:
    cases = [
        Case(-fee if refund else fee, refund=refund, status=status, group="G1" if status == "grouped" else None)
        for fee, refund, status in lines
    ]
    con = settled(rules, cases, [Score(score, mean)], [Place(coefficient)])
    expected = []
    for fee, refund, status in lines:
        if status == "grouped":
            done = case_points(rules, fee=fee, base_points=score, reference_fee=mean, coefficient=coefficient)
        else:
            done = points_without_group(rules, status=status, fee=fee)
        expected.append((-done.points if refund else done.points, done.segment))
    assert rows_of(con, "case_points, segment") == expected


def test_points_and_reference_have_the_types_of_the_published_table() -> None:
    con = settled(rules_of(), [Case("100")], [Score("7", "100")], [Place()])
    described = con.execute(f"DESCRIBE {query('case_points')}").fetchall()
    types = {name: type_ for name, type_, *_ in described}
    assert types["case_points"] == "DECIMAL(18,4)"
    assert types["reference_fee"] == "DECIMAL(18,2)"
    assert "DOUBLE" not in types.values()


def test_a_score_counts_from_the_month_on_whose_last_day_it_is_in_force() -> None:
    scores = [Score("10", "100", last=date(2024, 5, 30)), Score("20", "100", first=date(2024, 5, 31))]
    cases = [Case("100", day=date(2024, month, 31)) for month in (3, 5, 12)]
    con = settled(rules_of(), cases, scores, [Place()])
    assert [str(row[0]) for row in rows_of(con, "case_points")] == ["10.0000", "20.0000", "20.0000"]


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
    with pytest.raises(RulesError, match=r"2 cases lie in groups without a score .*: G7 at level 2 \(2 cases\)"):
        settled(rules_of(), cases, [Score("10", "100")], [Place()])


def test_a_group_without_a_reference_cost_is_an_error() -> None:
    with pytest.raises(RulesError, match="without a score or without a reference cost: G1"):
        settled(rules_of(), [Case("100")], [Score("10", "0")], [Place()])


def test_a_month_without_a_score_is_missed_only_when_it_has_cases() -> None:
    scores = [Score("10", "100", last=date(2024, 5, 31)), Score("10", "100", group="G2")]
    settled(rules_of(), [Case("100"), Case("100", group="G2", day=date(2024, 6, 1))], scores, [Place()])
    with pytest.raises(RulesError, match="1 cases lie in groups without a score"):
        settled(rules_of(), [Case("100"), Case("100", day=date(2024, 6, 1))], scores, [Place()])


def test_two_scores_in_force_are_an_error() -> None:
    with pytest.raises(RulesError, match=r"scores G1 in 2024-05 \(2 rows\)"):
        settled(rules_of(), [Case("100")], [Score("10", "100"), Score("11", "100")], [Place()])


def test_two_coefficients_in_force_are_an_error() -> None:
    with pytest.raises(RulesError, match=r"hospitals H1 in 2024-05 \(2 rows\)"):
        settled(rules_of(), [Case("100")], [Score("10", "100")], [Place(), Place("2")])


def test_a_hospital_without_a_coefficient_is_an_error_that_names_the_month() -> None:
    with pytest.raises(RulesError, match=r"H9 in 2024-05 \(1 cases\)"):
        settled(rules_of(), [Case("100", hospital="H9")], [Score("10", "100")], [Place()])


def _stays() -> list[Case]:
    return [
        Case("400"),
        Case("100"),
        Case("-100", refund=True),
        Case("-55", refund=True, person="P2"),
        Case("900", status="ungrouped", group=None),
        Case("900", status="excluded", group=None, pool="employee"),
    ]


def test_totals_of_a_hospital_are_the_sums_of_its_cases() -> None:
    con = settled(rules_of(), _stays(), [Score("10", "100")], [Place()])
    totals = [HospitalTotals(*row) for row in con.execute(query("hospital_totals")).fetchall()]
    # 10 × (1 + 4 − 2) = 30; 10; −10; 10 × 0.55 = −10, above half the mean; 0.7 × 900 ÷ 9000 × 1000 = 70
    assert [str(row.points) for row in totals] == ["0.0000", "90.0000"]
    assert [row.cases for row in totals] == [0, 5]
    assert str(totals[1].total_fee) == "1245.00"


def test_a_reversed_stay_carries_no_points() -> None:
    con = settled(rules_of(), _stays()[1:3], [Score("10", "100")], [Place()])
    assert con.execute("SELECT SUM(case_points), SUM(total_fee) FROM settled").fetchall() == [(0, 0)]


def test_what_the_points_of_cases_have_to_say_is_found() -> None:
    rules = rules_of(points__outliers__2__flag="special_review_candidate")
    con = settled(rules, _stays(), [Score("10", "100")], [Place()])
    statuses = [StatusTotals(*row) for row in con.execute(query("status_totals")).fetchall()]
    refunds = [UnmatchedRefunds(*row) for row in con.execute(query("unmatched_refunds")).fetchall()]
    assert [(row.pool, row.lines, str(row.total_fee)) for row in refunds] == [("resident", 1, "55.00")]
    assert sum(row.cases for row in statuses) == 6
    codes = [finding.code for finding in case_findings(statuses, refunds)]
    assert codes == ["S012", "S013", "S014"]
