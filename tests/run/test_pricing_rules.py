"""Prices under a policy's other rules: each is what mending the record then brings, or there is none and a reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from test_methods import POLICY as METHODS
from test_methods import PRICES
from test_pricing import Record, change, priced, spoil

from drgcalc.report.model import Settled
from drgcalc.run.period import Period, parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

YEAR = parse_period("2024")
READMISSION = """\
[policy.points.readmission]
days = { value = 15, unit = "days", source = "x" }
bound = { value = "included", source = "x" }
within = { value = "hospital", source = "x" }
kept = { value = 0.5, unit = "ratio", source = "x" }
"""
ELASTIC = """\
[policy.point_value.elastic]
base_share = { value = 0.8, unit = "ratio", source = "x" }
without_base = { value = "base", source = "x" }

"""


@pytest.fixture
def clean(settled: Path) -> Path:
    """The template's region without the record that it rejects and the one that is there twice."""
    change(settled, lambda records: records.__delitem__(slice(55, None)))
    return settled


def edit(region: Path, old: str, new: str) -> None:
    path = region / "region.toml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def readmitted(records: list[Record]) -> None:
    """The second stay is of the first one's person, a few days after it."""
    first, second = records[:2]
    second["人员编号"] = first["人员编号"]
    second["入院时间"], second["出院时间"], second["结算日期"] = "2024-03-10", "2024-03-15", "2024-03-15"


def prove_by_mending(region: Path, place: int, period: Period = YEAR) -> Settled:
    """Spoil a record, price it, mend it: the hospital gets what was said, to the rounding of two settlements."""

    def sex(records: list[Record]) -> None:
        kept["sex"], records[place]["性别"] = records[place]["性别"], "?"

    kept: dict[str, str] = {}
    change(region, sex)
    broken = settle(region, period)
    assert all(result.holds for result in verify(region, period.text))
    spoil(region, (place, "性别", kept["sex"]))
    mended = settle(region, period)
    (row,) = broken.stakes.largest
    before, after = (
        next(one for one in done.allocations if (one.pool, one.hospital_id) == (row.pool, row.hospital_id))
        for done in (broken, mended)
    )
    assert row.points == after.points - before.points
    assert row.yuan_hospital is not None
    assert abs(after.payable - before.payable - row.yuan_hospital) <= Decimal("0.01")
    return broken


def test_a_stay_after_which_another_keeps_less_is_priced_with_what_that_loses(clean: Path) -> None:
    edit(clean, "[policy.points.without_group]", READMISSION + "\n[policy.points.without_group]")
    change(clean, readmitted)
    prove_by_mending(clean, 1)


def test_a_stay_that_another_follows_too_soon_is_priced_as_it_would_be_kept(clean: Path) -> None:
    edit(clean, "[policy.points.without_group]", READMISSION + "\n[policy.points.without_group]")
    change(clean, readmitted)
    prove_by_mending(clean, 0)


def test_a_decision_about_another_stay_of_the_person_stands(clean: Path) -> None:
    special = '[policy.points.special_review]\nquota = { value = 0.1, unit = "ratio", source = "x" }\n'
    special += 'base = { value = "pool", source = "x" }\n\n'
    edit(clean, "[policy.points.without_group]", special + READMISSION + "\n[policy.points.without_group]")
    edit(clean, 'name = "high"\n', 'name = "high"\nflag = "special_review_candidate"\n')
    change(clean, readmitted)
    change(
        clean, lambda records: records[0].update({"总费用": "94080.00", "基金支付": "67730.00", "个人支付": "26350.00"})
    )
    (clean / "decisions").mkdir(exist_ok=True)
    head = "settlement_id,decision,points,amount,decided_on,notice,source\n"
    (clean / "decisions/special_cases.csv").write_text(f"{head}S00001,points,12.3456,,2024-12-01,2,x\n", "utf-8")
    prove_by_mending(clean, 1)


def test_elastic_values_price_by_the_class_of_points(clean: Path) -> None:
    edit(clean, "[policy.month]", ELASTIC + "[policy.month]")
    (clean / "scores/elastic").mkdir()
    bases = "year,pool,hospital_id,points,source\n2024,employee,H001,9000,x\n2024,resident,H002,9000,x\n"
    (clean / "scores/elastic/2024.csv").write_text(bases, "utf-8")
    prove_by_mending(clean, 0)


def test_a_month_prices_in_the_months_pool(clean: Path) -> None:
    prove_by_mending(clean, 0, parse_period("2024-03"))


def test_at_the_years_opening_value_the_fund_gives_what_the_hospital_gets(clean: Path) -> None:
    edit(
        clean,
        'basis = { value = "month_pool", source = "第十七条" }',
        'basis = { value = "opening_value", source = "第十七条" }\n'
        'values.employee = { value = 5, unit = "yuan_per_point", source = "x" }\n'
        'values.resident = { value = 5, unit = "yuan_per_point", source = "x" }',
    )
    (row,) = prove_by_mending(clean, 0, parse_period("2024-03")).stakes.largest
    assert row.yuan_kept is not None
    assert row.yuan_hospital is not None
    assert (row.yuan_rest, row.yuan_kept) == (0, -row.yuan_hospital)
    assert row.yuan_at_value == row.yuan_hospital


def test_a_record_that_a_method_pays_has_no_points_at_stake(clean: Path) -> None:
    (clean / "methods").mkdir()
    (clean / "methods/prices.csv").write_text(PRICES, "utf-8")
    with (clean / "region.toml").open("a", encoding="utf-8") as settings:
        settings.write(METHODS)

    def spoil_all_of_one(records: list[Record]) -> None:
        for record in records:
            if record["定点医疗机构代码"] == "H003":
                record["性别"] = "?"

    change(clean, spoil_all_of_one)
    done = settle(clean, YEAR)
    assert not done.stakes.largest
    assert {row["not_priced"] for row in priced(clean)} == {"it is paid by long_stays, beside points"}


def test_a_group_without_a_score_has_no_price_and_stops_nothing(clean: Path) -> None:
    spoil(clean, (3, "手术操作编码", ""), (3, "性别", "?"))
    settle(clean, YEAR)
    (row,) = priced(clean)
    assert row["group_mended"] == "GV25"
    assert "no score" in row["not_priced"]


def test_a_cost_too_large_to_compute_with_stops_nobody_else(clean: Path) -> None:
    huge = "999999999999999.99"
    spoil(clean, (0, "性别", "?"), (1, "总费用", huge), (1, "基金支付", huge), (1, "个人支付", "0"), (1, "性别", "?"))
    done = settle(clean, YEAR)
    assert [row.settlement_id for row in done.stakes.largest] == ["S00001"]
    told = {row["settlement_id"]: row["not_priced"] for row in priced(clean)}
    assert told == {"S00001": "", "S00002": "its cost is too large a number"}


def test_a_group_that_depends_on_the_unknown_sex_is_not_guessed(clean: Path) -> None:
    spoil(clean, (10, "性别", "?"), (10, "诊断编码", "N40.x00"), (10, "手术操作编码", ""), (11, "性别", "?"))
    settle(clean, YEAR)
    known, unknown = priced(clean)
    assert (known["settlement_id"], known["not_priced"]) == ("S00012", "")
    assert (unknown["group_mended"], unknown["points"]) == ("MS15 / 0000", "")
    assert "depends on the sex" in unknown["not_priced"]


def test_a_hospital_code_without_its_zeros_is_priced_as_the_one_that_it_may_be(clean: Path) -> None:
    """Numbers with zeros in front, which a spreadsheet has taken away from one record."""
    for path in (clean / "hospitals.csv", *clean.glob("discharges/*.csv")):
        path.write_text(path.read_text("utf-8-sig").replace("H00", "00440"), "utf-8")
    whole = settle(clean, YEAR)
    spoil(clean, (0, "定点医疗机构代码", "4401"))
    broken = settle(clean, YEAR)
    (row,) = broken.stakes.largest
    assert (row.codes, row.hospital_id) == ("R401", "004401")
    assert "4401 → 004401" in row.message
    before, after = (
        next(one for one in done.allocations if (one.pool, one.hospital_id) == (row.pool, "004401"))
        for done in (broken, whole)
    )
    assert row.points == after.points - before.points
    assert row.yuan_hospital is not None
    assert abs(after.payable - before.payable - row.yuan_hospital) <= Decimal("0.01")
    assert settle(clean, YEAR, repair_codes=True).stakes.largest == ()
