"""The office's commands, called as a user calls them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from program import Run, change

from drgcalc.run.due import working_days
from drgcalc.run.region import load_region

WATCH = """
[policy.watch.coverage]
institution = { value = 0.9, unit = "ratio", source = "三年行动计划" }
disease = { value = 0.9, unit = "ratio", source = "三年行动计划" }
fund = { value = 0.7, unit = "ratio", source = "三年行动计划" }
[policy.watch.warnings.employee]
income = { item = "collections", label = "基金收入", source = "预警办法" }
spending = { item = "personal_account", label = "基金支出", source = "预警办法" }
accumulated = { item = "historical_surplus", label = "累计结余", source = "预警办法" }
months_of_cover = { at_least = { value = 6, unit = "months", source = "预警办法" } }
surplus_rate = { at_most = { value = 0.15, unit = "ratio", source = "预警办法" } }
[policy.feedback]
reply = { value = 5, unit = "days", source = "反馈办法" }
review = { value = 3, unit = "days", source = "反馈办法" }
final = { value = 2, unit = "days", source = "反馈办法" }
"""


@pytest.fixture
def office(settled: Path) -> Path:
    with (settled / "region.toml").open("a", encoding="utf-8") as file:
        file.write(WATCH)
    return settled


def test_due_says_what_is_open_and_what_is_late(run: Run, office: Path) -> None:
    ended = run("due", "--region", office, "--on", "2025-05-01")
    assert ended.code == 0
    assert "2025-05-31" in ended.out
    assert "drgcalc settle --month 2024-01" in ended.out
    assert run("due", "--region", office, "--on", "2025-05-01", "--strict").code == 4


def test_due_counts_working_days_over_spring_festival(run: Run, office: Path) -> None:
    rows = run("due", "--region", office, "--on", "2024-03-01", "--json").document["dues"]
    assert [row["due_on"] for row in rows if row["period"] == "2024-01"] == ["2024-02-26"]


def test_a_published_month_is_done(run: Run, office: Path) -> None:
    assert run("settle", "--region", office, "--month", "2024-03", "--quiet").code == 0
    rows = run("due", "--region", office, "--on", "2024-04-01", "--json").document["dues"]
    assert {row["period"]: row["done"] for row in rows} == {"2024-01": False, "2024-02": False, "2024-03": True}


def test_a_closed_year_is_cleared(run: Run, office: Path) -> None:
    def clearing() -> list[tuple[str, bool]]:
        rows = run("due", "--region", office, "--on", "2025-05-01", "--json").document["dues"]
        return [(row["state"], row["done"]) for row in rows if row["code"] == "clearing"]

    assert clearing() == [("published", False)]
    assert run("close", "2024", "--region", office, "--quiet").code == 0
    assert clearing() == [("closed", True)]


def test_a_region_may_add_days_and_replace_deadlines(run: Run, office: Path) -> None:
    (office / "calendar").mkdir()
    (office / "calendar/holidays.csv").write_text(
        "first_day,last_day,kind,name,source\n2024-02-26,2024-02-26,holiday,本地,市政府\n", encoding="utf-8"
    )
    rows = run("due", "--region", office, "--on", "2024-03-01", "--json").document["dues"]
    assert [row["due_on"] for row in rows if row["period"] == "2024-01"] == ["2024-02-27"]


def test_holidays_of_the_shipped_years_leave_about_250_working_days(office: Path) -> None:
    calendar = working_days(load_region(office))
    for year, expected in ((2024, 251), (2025, 248), (2026, 248)):
        days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
        assert sum(calendar.is_working_day(day) for day in days if day.year == year) == expected


def test_a_day_that_is_none_is_a_usage_error(run: Run, office: Path) -> None:
    assert run("due", "--region", office, "--on", "soon").code == 2


def test_fund_shows_indicators_coverage_and_benefit(run: Run, office: Path) -> None:
    ended = run("fund", "--region", office, "--year", "2024")
    assert ended.code == 0
    assert "months_of_cover" in ended.out
    assert "病种覆盖" in ended.out
    assert "W003" in ended.out
    assert run("fund", "--region", office, "--year", "2024", "--strict").code == 4
    assert run("fund", "--region", office, "--month", "2024-03").code == 2


def test_fund_without_a_rule_says_what_to_add(run: Run, settled: Path) -> None:
    ended = run("fund", "--region", settled, "--year", "2024")
    assert ended.code == 4
    assert "policy.watch" in ended.err


def _book(run: Run, region: Path) -> list[dict[str, str]]:
    """What a hospital would book that agrees with the centre: its settled month."""
    assert run("settle", "--region", region, "--month", "2024-03", "--quiet").code == 0
    with (region / "out/2024-03/v1/allocations.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_reconcile_finds_what_a_hospital_booked_otherwise(run: Run, office: Path, tmp_path: Path) -> None:
    _book(run, office)
    book = tmp_path / "book.csv"
    book.write_text(
        "hospital_id,pool,month,kind,amount,reference\nH001,employee,2024-03,billed,1.00,V1\n", encoding="utf-8"
    )
    out = tmp_path / "differences.csv"
    ended = run("reconcile", book, "--region", office, "--year", "2024", "--out", out)
    assert ended.code == 0
    assert "amount 金额不符" in ended.out
    assert "missing there" in ended.out
    assert out.is_file()
    assert run("reconcile", book, "--region", office, "--year", "2024", "--out", out).code == 6
    assert run("reconcile", book, "--region", office, "--year", "2024", "--strict").code == 3


def test_reconcile_without_a_settled_month_or_a_file_says_so(run: Run, office: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    assert run("reconcile", book, "--region", office, "--year", "2024").code == 3
    book.write_text("hospital_id,pool,month,kind,amount\nH001,employee,2024-03,billed,1.00\n", encoding="utf-8")
    assert run("reconcile", book, "--region", office, "--year", "2024").code == 2


def test_netting_nets_the_advances_of_its_period(run: Run, office: Path, tmp_path: Path) -> None:
    file = tmp_path / "advances.csv"
    file.write_text(
        "period,paid_by,owed_by,amount,source\n2024-03,A,B,500,x\n2024-04,B,A,320,x\n2023,A,B,9999,x\n",
        encoding="utf-8",
    )
    document = run("netting", file, "--region", office, "--year", "2024", "--json").document
    assert document["result"]["nets"] == {"A": "180.00", "B": "-180.00"}
    assert run("netting", file, "--region", office, "--year", "2022").code == 3


def test_feedback_shows_states_due_days_and_the_rate(run: Run, office: Path) -> None:
    (office / "feedback").mkdir()
    (office / "feedback/2024.csv").write_text(
        "settlement_id,step,on,by,group_code,note\n"
        "S00001,fed_back,2024-04-01,医保中心,,\nS00001,replied,2024-04-30,H001,AA11,申请调整\nSX,fed_back,2024-04-01,医保中心,,\n",
        encoding="utf-8",
    )
    ended = run("feedback", "--region", office, "--year", "2024", "--on", "2024-06-01")
    assert ended.code == 0
    assert "W002" in ended.out
    assert "Grouping rate" in ended.out
    assert "1 cases with steps are not of 2024" in ended.out
    due = run("due", "--region", office, "--on", "2024-06-01")
    assert "1 are overdue" in due.out


def test_feedback_without_a_rule_says_what_to_add(run: Run, settled: Path) -> None:
    assert run("feedback", "--region", settled, "--year", "2024").code == 4


def test_a_misspelt_key_of_the_rules_is_refused(run: Run, office: Path) -> None:
    change(office / "region.toml", "[policy.feedback]", "[policy.feedbak]")
    assert run("due", "--region", office).code == 4
