"""Rules of single cases: coefficients by table, auxiliary factors, layers, bed days, stays outside, readmissions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from points_in_duckdb import Case, Place, Score, query, rows_of, settled
from settlement_cases import block, choice, examples, needs_vectors, number, policy_of, shared_vectors, vector_cases

from drgcalc.base.errors import RulesError
from drgcalc.settlement.case_findings import RuleTotals, StatusTotals, case_findings, rule_findings
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.point_tables import (
    AuxiliaryFactor,
    CaseKey,
    Coefficient,
    FallBack,
    ListedGroup,
    PointTables,
    auxiliary_factor,
    coefficient_of,
)
from drgcalc.settlement.point_terms import term_tables
from drgcalc.settlement.points import bed_day_points, case_points, points_without_group

EXAMPLES = examples("case_rules")
DAY, FIRST = date(2024, 5, 6), date(2024, 1, 1)
BY_TABLE = {"points__hospital_coefficient": choice("table")}
READMISSION = {
    "days": number(15, "days"),
    "bound": choice("included"),
    "within": choice("hospital"),
    "kept": number(Decimal("0.5"), "ratio"),
}


def rules_of(**changes: Any) -> PointRules:
    return policy_of(block(**changes)).points


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def segment(name: str, start: object, slope: object, coefficient: str = "whole", **bound: object) -> dict[str, Any]:
    bounds = {key: number(value, "times") for key, value in bound.items()}
    numbers = {"start": number(start, "times"), "slope": number(slope, "times")}
    return {"name": name, "label": name, "coefficient": choice(coefficient), **numbers, **bounds}


def coefficients(rows: list[dict[str, str]]) -> tuple[Coefficient, ...]:
    keys = ("hospital_id", "level", "group_code", "pool")
    return tuple(
        Coefficient(*(row.get(key) for key in keys), Decimal(row["coefficient"]), FIRST, None, "x") for row in rows
    )


def factors(rows: list[dict[str, str]]) -> tuple[AuxiliaryFactor, ...]:
    return tuple(
        AuxiliaryFactor(row["group_code"], row["dimension"], row["part"], Decimal(row["factor"]), FIRST, None, "x")
        for row in rows
    )


@named(EXAMPLES["coefficient"])
def test_the_most_specific_coefficient_counts(case: dict[str, Any]) -> None:
    rows = coefficients(case["rows"])
    key = CaseKey(**case["case"])
    found = coefficient_of(rows, key, DAY)
    assert ("none" if found is None else str(found)) == case["coefficient"]
    line = Case("100", group=key.group_code, level=key.level, pool=key.pool)
    con = settled(rules_of(**BY_TABLE), [line], [Score("10", "100")], [Place()], PointTables(coefficients=rows))
    assert rows_of(con, "coefficient, case_points") == [(found, Decimal(10) * (found or 1))]


def test_two_equally_specific_coefficients_are_an_error() -> None:
    rows = coefficients([{"level": "2", "coefficient": "1.1"}, {"group_code": "G1", "coefficient": "1.2"}])
    with pytest.raises(RulesError, match="2 rows that are equally specific"):
        coefficient_of(rows, CaseKey("H1", "2", "G1", "resident"), DAY)
    with pytest.raises(RulesError, match="2 rows that are equally specific are in force for H1, level 2, group G1"):
        settled(rules_of(**BY_TABLE), [Case("100")], [Score("10", "100")], [Place()], PointTables(rows))
    settled(rules_of(**BY_TABLE), [Case("100", level="3")], [Score("10", "100")], [Place()], PointTables(rows))


def test_a_coefficient_of_the_table_counts_from_its_first_day_to_its_last() -> None:
    rows = (
        Coefficient("H1", None, None, None, Decimal(2), FIRST, date(2024, 5, 14), "x"),
        Coefficient(None, "2", None, None, Decimal(3), date(2024, 5, 10), None, "x"),
    )
    cases = [Case("100", day=date(2024, 5, day)) for day in (1, 10, 14, 15)]
    con = settled(rules_of(**BY_TABLE), cases, [Score("10", "100")], [Place()], PointTables(rows))
    assert [int(row[0]) for row in rows_of(con, "case_points")] == [20, 20, 20, 30]


def test_what_followed_rules_beside_the_segments_is_told() -> None:
    rules = rules_of(
        points__treatment_share=number(Decimal("0.6"), "ratio"),
        points__readmission=READMISSION,
        points__short_stay=number(2, "days"),
        points__small_group=number(2, "cases"),
        **BY_TABLE,
    )
    tables = PointTables(
        coefficients=coefficients([{"level": "3", "coefficient": "2"}]),
        fallbacks=(FallBack("G1", "G2", FIRST, None, "x"),),
    )
    lines = [
        MARCH,
        _stay(date(2024, 3, 5), date(2024, 3, 8)),
        Case("100", level="3", tcm=True, treatment="1", person="P2"),
        Case("100", level="3", tcm=True, person="P3"),
        Case("100", level="3", group="G2", person="P4", days=1),
    ]
    con = settled(rules, lines, [Score("10", "100"), Score("10", "100", group="G2")], [Place()], tables)
    totals = [RuleTotals(*row) for row in con.execute(query("rule_totals")).fetchall()]
    assert totals == [("resident", 2, 1, 1, 1, 1)]
    assert [one.code for one in rule_findings(rules, totals)] == ["S047", "S048", "S049", "S050", "S051"]
    assert rule_findings(rules_of(), totals) == ()
    statuses = [StatusTotals(*row) for row in con.execute(query("status_totals")).fetchall()]
    (outside,) = case_findings(statuses, [])
    assert "1 grouped records (short_stay)" in outside.message


def test_grassroots_groups_carry_no_coefficient_where_the_policy_says_so() -> None:
    lines = [Case("100", grassroots=True), Case("100", grassroots=False), Case("100")]
    plain = rules_of(points__grassroots=choice("without_coefficient"))
    for rules, points in ((plain, [10, 5, 5]), (rules_of(), [5, 5, 5])):
        con = settled(rules, lines, [Score("10", "100")], [Place("0.5")])
        assert [int(row[0]) for row in rows_of(con, "case_points")] == points


@named(EXAMPLES["auxiliary"])
def test_auxiliary_factors_by_the_parts_of_a_case(case: dict[str, Any]) -> None:
    rows = factors(case["rows"])
    found = auxiliary_factor(case["combine"], rows, "G1", case["parts"], DAY)
    assert ("none" if found is None else f"{found.normalize():f}") == case["factor"]
    rules = rules_of(points__auxiliary=choice(case["combine"]))
    con = settled(rules, [Case("100", **case["parts"])], [Score("10", "100")], [Place()], PointTables(auxiliary=rows))
    assert rows_of(con, "auxiliary_factor") == [(found,)]
    expected = case_points(
        rules,
        fee=Decimal(100),
        base_points=Decimal(10),
        reference_fee=Decimal(100),
        coefficient=Decimal(1),
        auxiliary=found or Decimal(1),
    )
    assert rows_of(con, "case_points") == [(expected.points,)]


def test_a_policy_that_asks_for_an_empty_table_is_an_error() -> None:
    for changes, name in ((BY_TABLE, "coefficients"), ({"points__auxiliary": choice("largest")}, "auxiliary")):
        with pytest.raises(RulesError, match=rf"scores/{name}/\*\.csv have no row"):
            term_tables(rules_of(**changes), (), PointTables())


@pytest.mark.parametrize("case", EXAMPLES["jining"]["cases"], ids=lambda case: case["cost"])
def test_the_steps_of_a_city_are_segments(case: dict[str, Any]) -> None:
    city = EXAMPLES["jining"]
    rules = rules_of(
        points__outliers=[
            segment("low", 0, 1, "none", up_to=Decimal("0.5")),
            segment("normal", 1, 0, up_to=2),
            segment("high", 1, 1, "start", up_to=5),
            segment("extreme", 1, 0),
        ],
        points__without_group__ungrouped=number(Decimal(city["blank_fraction"]), "ratio"),
        points__without_group__mean_fee=number(Decimal(city["mean"]), "yuan"),
        points__without_group__points_at_mean=number(Decimal(city["score"]), "points"),
    )
    fee, score, mean, own = Decimal(case["cost"]), *(Decimal(city[key]) for key in ("score", "mean", "coefficient"))
    if case.get("blank"):
        line, done = Case(fee, status="ungrouped", group=None), points_without_group(rules, status="ungrouped", fee=fee)
    else:
        line, done = Case(fee), case_points(rules, fee=fee, base_points=score, reference_fee=mean, coefficient=own)
    con = settled(rules, [line], [Score(score, mean)], [Place(own)])
    assert (str(done.points), done.segment) == (case["points"], case["segment"])
    assert rows_of(con, "case_points, segment") == [(done.points, done.segment)]


@pytest.mark.parametrize("case", EXAMPLES["layers"]["cases"], ids=lambda case: f"{case['layer']} {case['cost']}")
def test_a_layer_may_have_segments_of_its_own(case: dict[str, Any]) -> None:
    wide = [segment("wide", 1, 0, up_to=3), segment("very_high", 1, 1)]
    rules = rules_of(points__outliers_of={"comprehensive": wide})
    done = case_points(
        rules,
        fee=Decimal(case["cost"]),
        base_points=Decimal(100),
        reference_fee=Decimal(1000),
        coefficient=Decimal(1),
        layer=case["layer"],
    )
    con = settled(rules, [Case(case["cost"], layer=case["layer"])], [Score("100", "1000")], [Place()])
    assert (str(done.points), done.segment) == (case["points"], case["segment"])
    assert rows_of(con, "case_points, segment") == [(done.points, done.segment)]


def bed_days(points: object = Decimal("9.5"), coefficient: str = "none", **whose: list[str]) -> dict[str, Any]:
    worth = {"points_a_day": number(points, "points"), "coefficient": choice(coefficient)}
    return {"points__bed_days": [{"name": "psychiatric", "label": "精神科床日", **worth, **whose}]}


@named(EXAMPLES["bed_day"])
def test_bed_day_cases_have_points_a_day(case: dict[str, Any]) -> None:
    rules = rules_of(**bed_days(coefficient=case["coefficient"], inpatient_types=["52"]))
    done = bed_day_points(rules.cases.bed_days[0], days=case["days"], coefficient=Decimal(case["hospital"]))
    assert str(done.points) == case["points"]
    lines = [Case("777.77", care="52", days=case["days"], status=status) for status in ("grouped", "excluded")]
    con = settled(rules, lines, [Score("10", "100")], [Place(case["hospital"])])
    assert rows_of(con, "case_points, segment, reference_fee") == [(done.points, "psychiatric", None)] * 2


@needs_vectors()
def test_the_vector_of_bed_days_and_its_pieces() -> None:
    vector = shared_vectors()["bed_day"]
    rules = rules_of(**bed_days(Decimal(vector["points_a_day"]), groups=["G1"]))
    whole = [Case("100", days=vector["days"])]
    pieces = [Case("50", days=piece["days"], person="P2") for piece in vector["pieces"]]
    found = rows_of(settled(rules, whole + pieces, [Score("10", "100")], [Place()]), "case_points")
    expected = [vector["points"], *(piece["points"] for piece in vector["pieces"])]
    assert [row[0] for row in found] == [Decimal(points) for points in expected]
    assert found[0][0] == found[1][0] + found[2][0]


def test_a_bed_day_stay_refunded_in_part_keeps_its_days_and_one_reversed_counts_nothing() -> None:
    rules = rules_of(**bed_days(inpatient_types=["52"]))
    stay = Case("1000", care="52", days=10)
    part, all_of_it = Case("-300", care="52", days=10, refund=True), Case("-1000", care="52", days=10, refund=True)
    for refund, points in ((part, ["95.0000", "0.0000"]), (all_of_it, ["95.0000", "-95.0000"])):
        con = settled(rules, [stay, refund], [Score("10", "100")], [Place()])
        assert [str(row[0]) for row in rows_of(con, "case_points")] == points


def test_very_short_and_very_long_stays_are_outside_the_points() -> None:
    rules = rules_of(points__short_stay=number(2, "days"), points__long_stay=number(60, "days"))
    lines = [Case("100", days=days) for days in (1, 2, 3, 59, 60)]
    con = settled(rules, lines, [Score("10", "100")], [Place()])
    outside = [("short_stay", 0), ("short_stay", 0), ("normal", 10), ("normal", 10), ("long_stay", 0)]
    assert rows_of(con, "segment, CAST(case_points AS INTEGER)") == outside


def _stay(admitted: date, discharged: date, **changes: Any) -> Case:
    return Case("100", admitted=admitted, discharged=discharged, day=discharged, **changes)


MARCH = _stay(date(2024, 2, 25), date(2024, 3, 1))


def _halved(*lines: Case, rule: dict[str, Any] = READMISSION, exempt: tuple[str, ...] = ()) -> list[int]:
    tables = PointTables(readmission_exempt=tuple(ListedGroup(group, FIRST, None, "x") for group in exempt))
    scores, places = [Score("120", "100"), Score("120", "100", group="G2")], [Place(), Place(hospital="H2")]
    con = settled(rules_of(points__readmission=rule), lines, scores, places, tables)
    return [int(row[0]) for row in rows_of(con, "case_points")]


@pytest.mark.parametrize("case", vector_cases("readmission", "cases"), ids=lambda case: str(case.get("readmitted")))
def test_vectors_of_readmission_halve_the_earlier_stay(case: dict[str, Any]) -> None:
    vector = shared_vectors()["readmission"]
    earlier = _stay(date(2024, 2, 25), vector["discharged"])
    later = _stay(case["readmitted"], date(2024, 4, 1))
    assert _halved(earlier, later) == [int(case["earlier_points"]), int(vector["points"])]


def test_the_last_day_of_a_readmission_may_be_left_out() -> None:
    later = _stay(date(2024, 3, 16), date(2024, 3, 20))
    assert _halved(MARCH, later, rule={**READMISSION, "bound": choice("excluded")}) == [120, 120]


def test_a_stay_is_halved_once_and_each_stay_of_a_chain_is() -> None:
    second, third = _stay(date(2024, 3, 5), date(2024, 3, 8)), _stay(date(2024, 3, 10), date(2024, 3, 12))
    assert _halved(MARCH, second, third) == [60, 60, 120]
    assert _halved(third, MARCH, second) == [120, 60, 60]


def test_only_the_same_person_and_hospital_count_and_the_same_group_if_asked() -> None:
    soon = (date(2024, 3, 5), date(2024, 3, 8))
    assert _halved(MARCH, _stay(*soon, person="P2")) == [120, 120]
    assert _halved(MARCH, _stay(*soon, hospital="H2")) == [120, 120]
    assert _halved(MARCH, _stay(*soon, group="G2")) == [60, 120]
    by_group = {**READMISSION, "within": choice("hospital_and_group")}
    assert _halved(MARCH, _stay(*soon, group="G2"), rule=by_group) == [120, 120]


def test_an_exempt_group_neither_halves_nor_is_halved() -> None:
    later = _stay(date(2024, 3, 5), date(2024, 3, 8), group="G2")
    assert _halved(MARCH, later, exempt=("G2",)) == [120, 120]
    assert _halved(MARCH, later, exempt=("G1",)) == [120, 120]


def test_a_stay_that_was_reversed_is_no_readmission() -> None:
    later = _stay(date(2024, 3, 5), date(2024, 3, 8))
    reversal = later._replace(fee="-100", refund=True)
    assert _halved(MARCH, later, reversal) == [120, 120, -120]


def test_the_reversal_of_a_halved_stay_takes_back_half() -> None:
    later = _stay(date(2024, 3, 5), date(2024, 3, 8))
    part = MARCH._replace(fee="-60", refund=True)  # 40 of 100: low, 120 × 0.4 ÷ 2 = 24
    assert _halved(MARCH, later, part) == [60, 120, -36]


@named(EXAMPLES["treatment"])
def test_tcm_groups_below_a_treatment_share_fall_back(case: dict[str, Any]) -> None:
    rules = rules_of(points__treatment_share=number(Decimal("0.6"), "ratio"))
    tables = PointTables(fallbacks=(FallBack("G1", "G2", FIRST, None, "x"),))
    scores = [Score("200", "1000"), Score("120", "1000", group="G2")]
    con = settled(rules, [Case(case["fee"], tcm=True, treatment=case.get("treatment"))], scores, [Place()], tables)
    fell = case["points"] == "120.0000"
    assert rows_of(con, "case_points, points_group") == [(Decimal(case["points"]), "G2" if fell else None)]


def test_a_tcm_group_without_a_western_group_is_an_error() -> None:
    rules = rules_of(points__treatment_share=number(Decimal("0.6"), "ratio"))
    with pytest.raises(RulesError, match=r"no western group .* G1 \(1 cases, 2024-05-06\)"):
        settled(rules, [Case("100", tcm=True, treatment="1")], [Score("10", "100")], [Place()])


def test_groups_with_few_cases_are_reviewed_and_flags_of_segments_go_first() -> None:
    rules = rules_of(points__small_group=number(3, "cases"), points__outliers__2__flag="special_review_candidate")
    lines = [Case("100"), Case("900"), Case("100", group="G2"), Case("100", group="G2"), Case("100", group="G2")]
    con = settled(rules, lines, [Score("10", "100"), Score("10", "100", group="G2")], [Place()])
    reviews = [row[0] for row in rows_of(con, "review")]
    assert reviews == ["small_group", "special_review_candidate", None, None, None]


def test_decided_cases_have_the_points_that_were_decided() -> None:
    rules = rules_of(
        points__special_review={"quota": number(Decimal("0.005"), "ratio"), "base": choice("pool")},
        points__outliers__2__flag="special_review_candidate",
    )
    decided = [
        ("S1", "points", Decimal("77.1234"), None, DAY, "1", "x"),
        ("S2", "item", None, Decimal(5), DAY, "2", "x"),
        ("S3", "rejected", None, None, DAY, "3", "x"),
    ]
    lines = [Case("900"), Case("900"), Case("900"), Case("900")]
    con = settled(rules, lines, [Score("10", "100")], [Place("0.5")], special=decided)
    assert rows_of(con, "CAST(case_points AS VARCHAR), segment, review") == [
        ("77.1234", "special_points", "special_points"),
        ("0.0000", "special_item", "special_item"),
        ("40.0000", "high", "special_rejected"),
        ("40.0000", "high", "special_review_candidate"),
    ]


fees = st.decimals(min_value=Decimal("0.01"), max_value=9_000_000, places=2)
small = st.decimals(min_value=Decimal("0.1"), max_value=5, places=4)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(fees, st.sampled_from((None, "I", "II")), st.sampled_from((None, "old"))), min_size=1, max_size=5
    ),
    st.decimals(min_value=0, max_value=50_000, places=4),
    st.decimals(min_value=1, max_value=900_000, places=2),
    small,
    st.tuples(small, small),
    st.decimals(min_value=0, max_value=1, places=4),
    st.sampled_from(("largest", "product")),
)
def test_sql_gives_the_points_that_decimal_gives_with_every_factor(
    lines: list[tuple[Decimal, str | None, str | None]],
    score: Decimal,
    mean: Decimal,
    coefficient: Decimal,
    sizes: tuple[Decimal, Decimal],
    kept: Decimal,
    combine: str,
) -> None:
    rule = {**READMISSION, "kept": number(kept, "ratio")}
    rules = rules_of(points__auxiliary=choice(combine), points__readmission=rule, **BY_TABLE)
    tables = PointTables(
        coefficients=(Coefficient(None, "2", "G1", None, coefficient, FIRST, None, "x"),),
        auxiliary=(
            AuxiliaryFactor("*", "severity", "II", sizes[0], FIRST, None, "x"),
            AuxiliaryFactor("G1", "age", "old", sizes[1], FIRST, None, "x"),
        ),
    )
    cases = [Case(fee, severity=severity, age=age) for fee, severity, age in lines]
    expected = []
    for fee, severity, age in lines:  # they overlap, so that none is a readmission
        factor = auxiliary_factor(combine, tables.auxiliary, "G1", {"severity": severity, "age": age}, DAY)
        done = case_points(
            rules,
            fee=fee,
            base_points=score,
            reference_fee=mean,
            coefficient=coefficient,
            auxiliary=factor or Decimal(1),
        )
        expected.append((done.points, factor))
    assume(all(points < Decimal(10) ** 14 for points, _ in expected))
    con = settled(rules, cases, [Score(score, mean)], [Place()], tables)
    assert rows_of(con, "case_points, auxiliary_factor") == expected


@settings(deadline=None, max_examples=40)
@given(fees, st.decimals(min_value=0, max_value=1, places=4), small)
def test_what_is_kept_after_a_readmission_is_rounded_once(fee: Decimal, kept: Decimal, coefficient: Decimal) -> None:
    rules = rules_of(points__readmission={**READMISSION, "kept": number(kept, "ratio")})
    later = _stay(date(2024, 3, 5), date(2024, 3, 8))
    con = settled(rules, [MARCH._replace(fee=fee), later], [Score("333.3333", "7777.77")], [Place(coefficient)])
    whole = case_points(
        rules,
        fee=fee,
        base_points=Decimal("333.3333"),
        reference_fee=Decimal("7777.77"),
        coefficient=coefficient,
    )
    half = case_points(
        rules,
        fee=fee,
        base_points=Decimal("333.3333"),
        reference_fee=Decimal("7777.77"),
        coefficient=coefficient,
        kept=kept,
    )
    assert half.exact == whole.exact * Fraction(kept)
    assert rows_of(con, "case_points")[0][0] == half.points
