from datetime import date

import pytest

from drgcalc.base.errors import UsageError
from drgcalc.run.period import choose_period, parse_months, parse_period, span


def test_a_year_and_a_month_know_their_days() -> None:
    assert parse_period("2024")[1:] == (date(2024, 1, 1), date(2024, 12, 31))
    assert parse_period("2024-02")[1:] == (date(2024, 2, 1), date(2024, 2, 29))


def test_only_a_month_is_a_month() -> None:
    assert parse_period("2024-05").is_month
    assert not parse_period("2024").is_month
    assert not span(date(2024, 1, 1), date(2024, 12, 31)).is_month


def test_a_month_in_its_year_is_the_month() -> None:
    assert choose_period("2024", "2024-05") == parse_period("2024-05")
    assert choose_period(None, None) is None


def test_months_are_named_by_the_first_and_the_last() -> None:
    found = parse_months("2023-11:2024-02")
    assert [month.text for month in found] == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert parse_months("2024-05:2024-05") == (parse_period("2024-05"),)


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-05", "2024-05:", "2024-05:2024-04", "2024-05:2024-13", "2024:2024-03"]
)
def test_what_names_no_months_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="names no months"):
        parse_months(text)


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2024-5", "2024/05", "2024-05-01", "20245"])
def test_what_is_no_period_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not a period"):
        parse_period(text)
