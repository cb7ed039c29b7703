"""What generated years have found, one small year each: it must never be found again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from generated_region import Terms, without_grouping
from year_machine import Row, Year, small_year

from drgcalc.base.errors import OutputError
from drgcalc.run.closing import close
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

PLAIN = Terms("fund_only", "rescale", "exact", "all_records", False, "0.95", None, "carry", None, False, (), "payable",
              False, "")  # fmt: skip


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    """Four hospitals with a stay in every month and pool."""
    with without_grouping():
        yield small_year(tmp_path / "region", PLAIN)


def adjustment(day: str) -> Row:
    cells = ("调1", "employee", "", "1200.00", day, "新增床位", "医保科", "approved", "2024-01-01", "approved",
             "2024-01-02", "批复")  # fmt: skip
    return Row("adjustments", "", cells)


def test_an_adjustment_that_came_too_late_changes_no_closed_month_either(year: Year) -> None:
    year.settle("2024-01")
    year.close("2024-01")
    year.decisions.append(adjustment("2024-01-09"))
    settled = year.settle("2024-02")
    assert settled is not None
    assert [finding.code for finding in settled.findings if finding.code.startswith("D")] == ["D109"]
    assert settled.differences == ()


def test_a_month_that_was_settled_before_the_one_before_it_changed_is_not_closed(year: Year) -> None:
    for month in ("2024-01", "2024-02"):
        year.settle(month)
    deduction = ("扣1", "H001", "employee", "violation", "900000.00", "2024-01-09", "", "分解住院", "文书")
    year.decisions.append(Row("deductions", "", deduction))
    year.settle("2024-01")
    close(year.folder, "2024-01")
    (checked,) = (found for found in verify(year.folder, "2024-02") if "cases/" not in found.folder)
    assert "2024-01, which it was built on, has another version since" in checked.notes
    with pytest.raises(OutputError, match=r"2024-02/v1 was settled before 2024-01 became what they are now"):
        close(year.folder, "2024-02")
    assert settle(year.folder, parse_period("2024-02")).place.version == 2
    close(year.folder, "2024-02")


def test_a_month_posts_what_a_month_that_was_closed_in_the_meantime_lacks(year: Year) -> None:
    year.settle("2024-01")
    name, (_, stay) = next(iter(year.stays.items()))
    year.stays["late"] = ("late.csv", stay._replace(settlement_id="late", person="late"))
    first = year.settle("2024-02")
    assert first is not None
    assert first.differences == ()
    assert name.startswith("2024-01")
    year.close("2024-01")
    second = year.settle("2024-02")
    assert second is not None
    assert {row.corrects for row in second.differences} == {"2024-01"}
    assert settle(year.folder, parse_period("2024-02")).place.unchanged


def test_a_year_cleared_again_after_its_months_were_closed_does_not_say_they_are_open(year: Year) -> None:
    year.settle("2024-01")
    year.clear()
    year.close("2024-01")
    found = settle(year.folder, parse_period("2024")).findings
    assert [finding.message for finding in found if finding.code == "P110"] == []


def test_closing_a_month_makes_no_new_version_of_the_next_one(year: Year) -> None:
    for month in ("2024-01", "2024-02"):
        year.settle(month)
    year.close("2024-01")
    settled = year.settle("2024-02")
    assert settled is not None
    assert settled.place.version == 1
