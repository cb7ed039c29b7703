"""Weighted years, core groups and dispersion: the norm's examples, and what must hold for any numbers."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from calibration_cases import YEARS, everywhere, examples, history_rule
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.base.money import divide, round_half_up
from drgcalc.calibration.core_groups import makes_own_group, merged_cases, rise, threshold_covering
from drgcalc.calibration.dispersion import Moments, cv, cv_falls, riv, together
from drgcalc.calibration.history import YearSum, history_mean

COSTS = st.lists(st.lists(st.integers(1, 10**7), max_size=8), min_size=1, max_size=6)


def year_sums(example: dict[str, Any]) -> dict[int, YearSum]:
    pairs = zip(YEARS, example["means"], example["counts"], strict=True)
    return {year: YearSum(int(mean) * count, count) for year, mean, count in pairs}


def moments(costs: list[int]) -> Moments:
    return Moments(len(costs), sum(costs), sum(cost**2 for cost in costs))


@pytest.mark.parametrize("example", everywhere("history"))
@pytest.mark.parametrize("kind", ["mean_of_means", "pooled"])
def test_years_weigh_1_2_7(example: dict[str, Any], kind: str) -> None:
    mean = history_mean(year_sums(example), YEARS, history_rule().weights, kind)
    assert mean is not None
    assert divide(mean.value, Decimal(1), 2) == Decimal(example[kind])


@pytest.mark.parametrize("example", everywhere("history"))
def test_a_missing_year_leaves_its_weight_to_the_others_and_is_named(example: dict[str, Any]) -> None:
    sums = {year: row for year, row in year_sums(example).items() if year != 2021}
    mean = history_mean(sums, YEARS, history_rule().weights, "mean_of_means")
    assert mean is not None
    assert (divide(mean.value, Decimal(1), 2), mean.missing) == (Decimal(example["first_year_missing"]), (2021,))


def test_no_year_has_no_mean() -> None:
    assert history_mean({}, YEARS, history_rule().weights, "pooled") is None


@pytest.mark.parametrize("example", everywhere("related_operation"))
def test_a_related_procedure_makes_its_own_group_when_the_mean_rises_by_a_tenth(example: dict[str, Any]) -> None:
    base = Fraction(example["base_mean"])
    for case in example["cases"]:
        mean = Fraction(case["mean"])
        assert makes_own_group(mean, base, Fraction(1, 10)) is case["own_group"]
        assert f"{round_half_up(100 * rise(mean, base), 2)}%" == case["rise"]


@pytest.mark.parametrize("example", everywhere("merging"))
def test_combinations_below_15_stays_merge(example: dict[str, Any]) -> None:
    assert merged_cases(example["candidates"], 15) == example["comprehensive_cases"]


@pytest.mark.parametrize("case", examples()["coverage"]["cases"], ids=lambda case: case["share"])
def test_the_threshold_is_the_highest_that_covers_the_share(case: dict[str, Any]) -> None:
    assert threshold_covering(examples()["coverage"]["candidates"], Fraction(case["share"])) == case["threshold"]


@given(st.lists(st.integers(1, 60), max_size=30), st.fractions(0, 1))
def test_coverage_counts_add_up(counts: list[int], share: Fraction) -> None:
    threshold = threshold_covering(counts, share)
    kept = sum(count for count in counts if count >= threshold)
    assert kept + merged_cases(counts, threshold) == sum(counts)
    assert kept >= share * sum(counts)
    assert sum(count for count in counts if count > threshold) < share * sum(counts) or threshold >= max(
        counts, default=1
    )


def test_dispersion_of_the_worked_example() -> None:
    example = examples()["dispersion"]
    groups = [moments(costs) for costs in example["groups"]]
    assert cv(together(groups)) == Decimal(example["cv"])
    assert riv(groups) == Decimal(example["riv"])
    assert cv_falls(groups, Fraction(example["cv_falls_by"]))
    assert not cv_falls(groups, Fraction(example["cv_falls_not_by"]))


@given(COSTS)
def test_groups_explain_between_nothing_and_all_of_the_variance(groups: list[list[int]]) -> None:
    found = riv([moments(costs) for costs in groups])
    varies = len({cost for costs in groups for cost in costs}) > 1
    assert (found is not None) == varies
    assert found is None or 0 <= found <= 1


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=30))
def test_the_cv_rounds_half_up_from_the_exact_root(costs: list[int]) -> None:
    found = cv(moments(costs))
    exact = Fraction(len(costs) * sum(cost**2 for cost in costs) - sum(costs) ** 2, sum(costs) ** 2)
    half = Fraction(1, 20000)
    assert found is not None
    assert max(Fraction(0), Fraction(found) - half) ** 2 <= exact < (Fraction(found) + half) ** 2


@given(COSTS, st.randoms())
def test_the_order_of_groups_changes_no_figure(groups: list[list[int]], random: Any) -> None:
    parts = [moments(costs) for costs in groups]
    shuffled = random.sample(parts, len(parts))
    assert riv(parts) == riv(shuffled)
    assert cv(together(parts)) == cv(together(shuffled))
    assert cv_falls(parts, Fraction(1, 5)) == cv_falls(shuffled, Fraction(1, 5))
