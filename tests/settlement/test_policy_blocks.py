"""A policy block is read strictly: what is wrong is named by file and key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from settlement_cases import block, choice, number, policy_of

from drgcalc.base.errors import RulesError
from drgcalc.settlement.policy import policy_for_month, policy_for_year, policy_on, read_policies
from drgcalc.settlement.policy_check import policy_findings

OPEN_SEGMENT = {
    "name": "all",
    "label": "全部",
    "start": number(1, "times"),
    "slope": number(0, "times"),
    "coefficient": choice("whole"),
}


def test_the_complete_block_is_read() -> None:
    policy = policy_of(block())
    assert policy.fund["employee"].reserve_rate == (Decimal("0.03"), "ratio", "第五条（十）")
    assert policy.fund["resident"].one_off is None
    assert [segment.name for segment in policy.points.outliers] == ["low", "normal", "high"]


@pytest.mark.parametrize(
    ("changes", "key", "what"),
    [
        ({"surprise": 1}, "policy[1].surprise", "is not a key"),
        ({"title": None}, "policy[1].title", "is missing"),
        ({"title": 7}, "policy[1].title", "must be a text"),
        ({"effective_to": "2024-12-31"}, "policy[1].effective_to", "must be a date"),
        ({"effective_to": date(2023, 1, 1)}, "policy[1].effective_to", "before 2024-01-01"),
        ({"headers": choice("latin")}, "policy[1].headers", "'latin'"),
        ({"points": 3}, "policy[1].points", "must be a table"),
        ({"fund": {}}, "policy[1].fund", "names no pool"),
        (
            {"fund__employee__reserve_rate": number(3, "ratio")},
            "reserve_rate",
            "between 0 and 1",
        ),
        ({"fund__employee__reserve_rate": {"value": Decimal("0.03"), "unit": "ratio"}}, "reserve_rate", "no source"),
        ({"fund__employee__reserve_rate": number(Decimal("0.03"), "yuan")}, "reserve_rate", "has the unit 'yuan'"),
        ({"fund__employee__reserve_rate": number("0.03", "ratio")}, "reserve_rate.value", "must be a number"),
        ({"fund__employee__reserve_rate": number(True, "ratio")}, "reserve_rate.value", "must be a number"),
        ({"fund__employee__reserve_rate": number(0.03, "ratio")}, "reserve_rate.value", "must be a number"),
        ({"fund__employee__reserve_rate": Decimal("0.03")}, "reserve_rate", "must be a table"),
        ({"fund__employee__carve_outs": {}}, "carve_outs", "must be a list of tables"),
        ({"fund__employee__carve_outs__0__item": "collections"}, "carve_outs", "'collections' twice"),
        ({"fund__employee__reserve_rate": number(Decimal("0.03001"), "ratio")}, "reserve_rate", "more than 4 decimals"),
        ({"limits__floor": number(-1, "factor")}, "limits.floor", "never negative"),
        ({"limits__floor": None, "limits__cap": None}, "limits.floor", "both missing"),
        ({"limits__floor": None}, "limits.last_pool", "is not a key"),
        ({"limits__surpluses": []}, "limits.surpluses", "names none"),
        ({"points__outliers": []}, "points.outliers", "has no segment"),
        ({"points__outliers__2__below": number(9, "times")}, "points.outliers[3]", "must have no upper bound"),
        ({"points__outliers__1__up_to": None}, "points.outliers[2]", "needs `below` or `up_to`"),
        ({"points__outliers__1__up_to": number(Decimal("0.5"), "times")}, "outliers[2]", "not above 0.5"),
        ({"points__outliers__1__below": number(2, "times")}, "outliers[2].below", "exclude each other"),
        ({"points__outliers__1__name": "low"}, "points.outliers", "a name twice"),
        ({"points__outliers__1__start": number(-1, "times")}, "outliers[2].start", "is negative"),
        ({"points__outliers__2__slope": number(-1, "times")}, "outliers[3].slope", "below zero points"),
        ({"points__outliers__1__slope": number(-1, "times")}, "outliers[2].slope", "below zero points"),
        ({"points__without_group__mean_fee": number(0, "yuan")}, "without_group.mean_fee", "is 0"),
        ({"points__without_group__mean_fee": None}, "without_group.mean_fee", "is missing"),
        ({"points__outlier_reference": choice("standard")}, "points.standard_price", "is missing"),
        ({"point_value__closing": None}, "point_value.closing", "is missing"),
        ({"point_value__convention": None}, "point_value.convention", "is missing"),
        ({"point_value__convention": choice("fund_only")}, "point_value.closing", "is not a key"),
        ({"point_value__convention": choice("fixed_rate")}, "point_value.fixed_rate_pays", "is missing"),
        ({"point_value__amounts": None}, "point_value.amounts", "is missing"),
        ({"points__outliers__1__name": "excluded"}, "points.outliers", "taken are"),
        ({"limits__first_year": choice("yes")}, "limits.first_year", "no_floor"),
        ({"point_value__pay_with": choice("printed")}, "point_value.closing", "is rescale"),
        ({"point_value__printed_places": number(9, "places")}, "printed_places", "0 to 8"),
        ({"month__shares": {"value": [1] * 12, "unit": "ratio", "source": "x"}}, "month.shares.value", "sums to 12"),
        ({"month__shares": {"value": [1], "unit": "ratio", "source": "x"}}, "month.shares.value", "twelve"),
        ({"month__shares": {"value": "equal"}}, "month.shares", "no source"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(changes: dict[str, Any], key: str, what: str) -> None:
    with pytest.raises(RulesError) as raised:
        policy_of(block(**changes))
    assert raised.value.message.startswith("region.toml: policy[1]")
    assert key in raised.value.message
    assert what in f"{raised.value.message}; {raised.value.hint}"
    assert raised.value.hint


def test_the_pools_of_the_policy_are_the_pools_of_the_region() -> None:
    with pytest.raises(RulesError, match=r"policy\[1\]\.fund\.outsiders is missing"):
        read_policies([block()], "region.toml", ["employee", "resident", "outsiders"])
    with pytest.raises(RulesError, match=r"policy\[1\]\.fund\.resident is not a pool"):
        read_policies([block()], "region.toml", ["employee"])


def _block_of(first: date, last: date) -> dict[str, Any]:
    return block(effective_from=first, effective_to=last)


def test_blocks_are_ordered_by_date_and_the_day_finds_its_block() -> None:
    late, early = _block_of(date(2025, 1, 1), date(2025, 12, 31)), _block_of(date(2024, 1, 1), date(2024, 12, 31))
    policies = read_policies([late, early], "region.toml")
    assert policy_on(policies, date(2024, 12, 31)).effective_from == date(2024, 1, 1)
    assert policy_for_year(policies, 2025).effective_from == date(2025, 1, 1)
    assert policy_for_month(policies, "2024-02").effective_from == date(2024, 1, 1)


def test_a_gap_between_blocks_is_an_error() -> None:
    blocks = [_block_of(date(2024, 1, 1), date(2024, 6, 29)), _block_of(date(2024, 7, 1), date(2024, 12, 31))]
    with pytest.raises(RulesError, match="no policy between 2024-06-29 and 2024-07-01"):
        read_policies(blocks, "region.toml")


def test_an_overlap_of_blocks_is_an_error() -> None:
    blocks = [_block_of(date(2024, 1, 1), date(2024, 7, 1)), _block_of(date(2024, 7, 1), date(2024, 12, 31))]
    with pytest.raises(RulesError, match="overlap: one ends 2024-07-01, the next starts 2024-07-01"):
        read_policies(blocks, "region.toml")


def test_a_day_without_a_policy_says_what_is_covered() -> None:
    policies = read_policies([block()], "region.toml")
    with pytest.raises(RulesError, match="in force on 2026-01-01") as raised:
        policy_on(policies, date(2026, 1, 1))
    assert "2024-01-01 to 2024-12-31" in raised.value.hint


def test_a_year_under_two_documents_is_an_error() -> None:
    blocks = [_block_of(date(2024, 1, 1), date(2024, 6, 30)), _block_of(date(2024, 7, 1), date(2024, 12, 31))]
    with pytest.raises(RulesError, match="the year 2024 lies under two policy blocks"):
        policy_for_year(read_policies(blocks, "region.toml"), 2024)


def test_a_region_without_policy_is_an_error() -> None:
    with pytest.raises(RulesError, match="no policy block"):
        read_policies([], "region.toml")


def test_a_known_cliff_is_reported_with_the_yuan_at_the_jump() -> None:
    found = policy_findings(policy_of(block()))
    assert [(finding.code, finding.value) for finding in found] == [("S015", "0.5")]
    assert "from 0.5000 to 1.0000 times the base" in found[0].message
    assert "4,500.00 yuan" in found[0].message


def test_a_coefficient_on_one_side_of_a_bound_is_a_cliff() -> None:
    outliers = [
        {**OPEN_SEGMENT, "name": "low", "below": number(1, "times"), "coefficient": choice("none")},
        OPEN_SEGMENT,
    ]
    found = policy_findings(policy_of(block(points__outliers=outliers)))
    assert ["coefficient 2" in finding.message for finding in found] == [True]


def test_a_falling_segment_is_reported() -> None:
    falling = {**OPEN_SEGMENT, "name": "low", "below": number(1, "times"), "slope": number(Decimal("-0.25"), "times")}
    outliers = [falling, {**OPEN_SEGMENT, "start": number(Decimal("0.75"), "times")}]
    found = policy_findings(policy_of(block(points__outliers=outliers)))
    assert [finding.code for finding in found] == ["S016"]


def test_a_rule_without_jumps_has_nothing_to_say() -> None:
    assert policy_findings(policy_of(block(points__outliers=[OPEN_SEGMENT]))) == ()
