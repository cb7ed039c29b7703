"""Scores, edits, coefficients, opening value and what moves: worked examples and what must hold for any numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from calibration_cases import YEARS, coefficient_rule, examples, history_rule, score_rule
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.base.errors import RulesError
from drgcalc.calibration.coefficients import Coefficient, CoefficientSum, Key, Measured, coefficients, measure
from drgcalc.calibration.comparison import GroupHospital, Moved, flags, group_moves, hospital_moves
from drgcalc.calibration.opening import PoolYear, opening_values
from drgcalc.calibration.scores import (
    Edit,
    GroupScore,
    GroupYear,
    group_means,
    history_scores,
    published,
    reference_fee,
    total_points,
    with_edits,
)
from drgcalc.calibration.terms import ScoreRule

EXAMPLES = examples()
CASES = st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 5000), min_size=2)


def scores_of(rule: ScoreRule) -> dict[str, Decimal]:
    groups = [
        GroupYear(row["code"], 2023, row["cases"], row["cases"] * int(row["mean"]) * 100)
        for row in EXAMPLES["scores"]["groups"]
    ]
    means, everything = group_means(groups, YEARS, history_rule())
    found = history_scores(means, reference_fee(rule, means, everything), rule)
    return {score.group_code: published(score)[0] for score in found}


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        (score_rule(), "score"),
        (score_rule(benchmark=EXAMPLES["scores"]["benchmark"]), "benchmark_score"),
        (score_rule(quota=EXAMPLES["scores"]["quota"]), "quota_score"),
    ],
)
def test_scores_are_relative_to_what_the_rule_names(rule: ScoreRule, column: str) -> None:
    assert scores_of(rule) == {row["code"]: Decimal(row[column]) for row in EXAMPLES["scores"]["groups"]}


def test_a_scale_of_100_gives_a_tenth_of_the_points() -> None:
    assert scores_of(score_rule("100"))["A"] == Decimal("72.7273")


def test_a_benchmark_without_stays_is_refused() -> None:
    with pytest.raises(RulesError, match="Z"):
        scores_of(score_rule(benchmark="Z"))


def test_an_edit_rescales_all_others() -> None:
    example = EXAMPLES["edits"]
    scores = [
        GroupScore(row["code"], Fraction(row["score"]), Fraction(row["score"]), (), "history", "")
        for row in example["groups"]
    ]
    cases = {row["code"]: row["cases"] for row in example["groups"]}
    edit = Edit(example["edit"]["code"], Decimal(example["edit"]["score"]), "专家意见", "会议纪要")
    after = with_edits(scores, [edit], cases, Fraction(1000), score_rule())
    assert {row.group_code: published(row)[0] for row in after} == {
        row["code"]: Decimal(row["after"]) for row in example["groups"]
    }
    assert total_points(after, cases) == Fraction(example["total"])


@given(CASES, st.data())
def test_edits_preserve_total_points_or_are_refused(cases: dict[str, int], data: st.DataObject) -> None:
    scores = [GroupScore(code, Fraction(data.draw(st.integers(1, 9999))), Fraction(1), (), "", "") for code in cases]
    chosen = data.draw(st.lists(st.sampled_from(sorted(cases)), min_size=1, max_size=len(cases) - 1, unique=True))
    edits = [Edit(code, Decimal(data.draw(st.integers(1, 9999))), "", "") for code in chosen]
    before = total_points(scores, cases)
    try:
        after = with_edits(scores, edits, cases, Fraction(1), score_rule())
    except RulesError:
        fixed = sum(edit.score * cases[edit.group_code] for edit in edits)
        free = sum(row.score * cases[row.group_code] for row in scores if row.group_code not in chosen)
        assert fixed >= before or free == 0
    else:
        assert total_points(after, cases) == before
        printed = sum((Fraction(published(row)[0]) * cases[row.group_code] for row in after), Fraction(0))
        assert abs(printed - before) <= Fraction(sum(cases.values()), 20000)


def test_coefficients_of_the_worked_example() -> None:
    example = EXAMPLES["coefficients"]
    rule = coefficient_rule("hospital", example["lower"], example["upper"], example["least_cases"])
    sums = [
        CoefficientSum(row["id"], "", "", "", 2023, row["cases"], int(row["actual"]), int(row["expected"]) * 10_000)
        for row in example["hospitals"]
    ]
    level_2 = [row for row in example["hospitals"] if row["level"] == "2"]
    peers = {
        Key("", "2", "", ""): Measured(
            sum(row["cases"] for row in level_2),
            Fraction(sum(int(row["actual"]) for row in level_2), sum(int(row["expected"]) for row in level_2)),
        )
    }
    levels = {row["id"]: row["level"] for row in example["hospitals"]}
    found = coefficients(measure(sums, YEARS, history_rule()), peers, levels, rule)
    assert [(row.key.hospital_id, row.coefficient, row.how) for row in found] == [
        (row["id"], Decimal(row["coefficient"]), row["how"]) for row in example["hospitals"]
    ]


def test_a_key_without_history_has_the_coefficient_1() -> None:
    own = {Key("H9", "", "", ""): Measured(0, None)}
    assert coefficients(own, {}, {}, coefficient_rule("hospital", "0.9", "1.1", 10)) == (
        Coefficient(Key("H9", "", "", ""), Decimal("1.000000"), None, 0, "one"),
    )


def test_a_hospital_without_level_makes_no_coefficient_of_any_level() -> None:
    own = {Key("", "", "", ""): Measured(100, Fraction(1)), Key("", "三级", "", ""): Measured(100, Fraction(1))}
    found = coefficients(own, {}, {}, coefficient_rule("level", "0.9", "1.1", 10))
    assert [row.key.level for row in found] == ["三级"]


def test_the_opening_value_is_weighted_cost_over_weighted_points() -> None:
    example = EXAMPLES["opening"]
    rows = [
        PoolYear("employee", year, 10, int(cost) * 100, int(points) * 10**10, 0)
        for year, cost, points in zip(YEARS, example["costs"], example["points"], strict=True)
    ]
    assert opening_values(rows, YEARS, history_rule())[0].value == Decimal(example["value"])


MOVED = st.lists(
    st.builds(
        Moved,
        pool=st.sampled_from(["employee", "resident"]),
        hospital_id=st.sampled_from("HIJ"),
        group_code=st.sampled_from("ABC"),
        stays=st.integers(1, 50),
        fee=st.integers(1, 10**9),
        fund=st.integers(0, 10**9),
        old_points=st.none() | st.integers(1, 10**15),
        new_points=st.integers(1, 10**15),
    ),
    max_size=20,
    unique_by=lambda row: row[:3],
)


@given(MOVED)
def test_what_hospitals_gain_and_lose_sums_to_zero_in_every_pool(moved: list[Moved]) -> None:
    rows = hospital_moves(moved)
    for pool in ("employee", "resident"):
        assert sum(row.yuan_moved for row in rows if row.pool == pool) == 0


@given(MOVED, st.randoms())
def test_the_order_of_rows_changes_nothing(moved: list[Moved], random: object) -> None:
    shuffled = random.sample(moved, len(moved))  # type: ignore[attr-defined]
    assert hospital_moves(moved) == hospital_moves(shuffled)
    scores = {"A": Decimal(1), "B": Decimal(2)}
    assert group_moves(moved, scores, scores, {}) == group_moves(shuffled, scores, scores, {})


def test_a_small_group_says_what_its_mean_hangs_on() -> None:
    rows = [GroupHospital("A", "H1", 4, 4, 400), GroupHospital("A", "H2", 2, 2, 800)]
    (flag,) = flags(rows, {"A": 500}, 15)
    assert (flag.reason, flag.hospital_id) == ("small_sample", "H1")
    assert (flag.change_without_hospital, flag.change_without_dearest) == (Decimal("1.0000"), Decimal("-0.3000"))


def test_a_group_of_one_hospital_has_no_mean_without_it() -> None:
    (flag,) = flags([GroupHospital("A", "H1", 20, 20, 4000)], {"A": 390}, 15)
    assert (flag.reason, flag.change_without_hospital) == ("one_hospital", None)
