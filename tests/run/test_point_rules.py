"""Point rules over a whole region: special review with its decisions and file, tables below scores/, elastic values."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.report.model import Settled
from drgcalc.run.period import parse_period
from drgcalc.run.policy_check import check
from drgcalc.run.settle import settle
from drgcalc.run.special import REVIEW_FILE
from drgcalc.run.verify import verify

Edit = Callable[[str, str], None]
DECISIONS = "settlement_id,decision,points,amount,decided_on,notice,source\n"
SPECIAL = '[policy.points.special_review]\nquota = {{ value = {quota}, unit = "ratio", source = "x" }}\n'
SPECIAL += 'base = {{ value = "pool", source = "x" }}\n\n'
VALIDITY = "effective_from,effective_to,source"


@pytest.fixture
def edit(settled: Path) -> Edit:
    def change(old: str, new: str) -> None:
        path = settled / "region.toml"
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    return change


@pytest.fixture
def reviewed(settled: Path, edit: Edit) -> Path:
    """The region with a special review of one case in ten and every high case a candidate."""
    edit('name = "high"\n', 'name = "high"\nflag = "special_review_candidate"\n')
    edit("[policy.points.without_group]", SPECIAL.format(quota="0.1") + "[policy.points.without_group]")
    return settled


def write(region: Path, name: str, text: str) -> None:
    (region / name).parent.mkdir(parents=True, exist_ok=True)
    (region / name).write_text(text, "utf-8")


def year(region: Path) -> Settled:
    return settle(region, parse_period("2024"))


def review(region: Path, result: Settled) -> list[dict[str, str]]:
    with (region / result.place.folder / REVIEW_FILE).open(encoding="utf-8-sig", newline="") as file:
        return [{key.split(" ")[-1]: cell for key, cell in row.items()} for row in csv.DictReader(file)]


def case(region: Path, result: Settled, settlement_id: str) -> dict[str, object]:
    table = pq.read_table(region / result.place.folder / "cases.parquet")
    return next(row for row in table.to_pylist() if row["settlement_id"] == settlement_id)


def test_decided_cases_are_paid_as_decided_and_the_version_is_proved(reviewed: Path) -> None:
    before = year(reviewed)
    candidates = review(reviewed, before)
    assert {row["review"] for row in candidates} == {"special_review_candidate"}
    by_item, by_points = candidates[0]["settlement_id"], candidates[1]["settlement_id"]
    rows = f"{by_item},item,,777.77,2024-12-01,1,x\n{by_points},points,12.3456,,2024-12-01,2,x\n"
    write(reviewed, "decisions/special_cases.csv", DECISIONS + rows)
    after = year(reviewed)
    decided = {row["settlement_id"]: row for row in review(reviewed, after)}
    assert (decided[by_item]["review"], decided[by_item]["amount"]) == ("special_item", "777.77")
    assert (decided[by_item]["case_points"], decided[by_points]["case_points"]) == ("0.0000", "12.3456")
    assert total(row.special_paid for row in after.allocations) == Decimal("777.77")
    for value in after.values:
        paid = total(row.payable for row in after.allocations if row.pool == value.pool)
        assert total((paid, value.kept)) == value.fund
    assert all(result.holds for result in verify(reviewed, "2024"))


def test_more_approvals_than_the_pools_quota_allows_are_not_applied(reviewed: Path, edit: Edit) -> None:
    edit("quota = { value = 0.1,", "quota = { value = 0.0001,")
    candidate = review(reviewed, year(reviewed))[0]["settlement_id"]
    write(reviewed, "decisions/special_cases.csv", f"{DECISIONS}{candidate},points,1,,2024-12-01,1,x\n")
    after = year(reviewed)
    assert [one.code for one in after.findings if one.code.startswith("D")] == ["D110"]
    assert case(reviewed, after, candidate)["review"] == "special_review_candidate"
    assert all(result.holds for result in verify(reviewed, "2024"))


def test_decisions_without_a_special_review_are_told(settled: Path) -> None:
    write(settled, "decisions/special_cases.csv", f"{DECISIONS}X1,rejected,,,2024-12-01,1,x\n")
    assert "S044" in [one.code for one in year(settled).findings]


def test_a_month_says_nothing_of_decisions_about_other_months(reviewed: Path) -> None:
    write(reviewed, "decisions/special_cases.csv", f"{DECISIONS}X1,rejected,,,2024-12-01,1,x\n")
    assert "D111" in [one.code for one in year(reviewed).findings]
    assert "D111" not in [one.code for one in settle(reviewed, parse_period("2024-05")).findings]


def test_coefficients_of_a_table_count_and_its_change_makes_a_new_version(settled: Path, edit: Edit) -> None:
    edit('hospital_coefficient = { value = "applied"', 'hospital_coefficient = { value = "table"')
    with pytest.raises(RulesError, match=r"scores/coefficients/\*\.csv have no row"):
        year(settled)
    write(settled, "scores/coefficients/2024.csv", f"level,coefficient,{VALIDITY}\n三级,2,2024-01-01,,x\n")
    after = year(settled)
    rows = pq.read_table(settled / after.place.folder / "cases.parquet").to_pylist()
    found = {(row["hospital_level"], row["coefficient"]) for row in rows if row["status"] == "grouped"}
    assert found == {("三级", 2), ("二级", None), ("一级", None)}
    assert "S047" in [one.code for one in after.findings]
    write(settled, "scores/coefficients/2024.csv", f"level,coefficient,{VALIDITY}\n三级,3,2024-01-01,,x\n")
    assert year(settled).place.version > after.place.version


def test_a_table_below_scores_is_read_strictly(settled: Path) -> None:
    write(settled, "scores/auxiliary/a.csv", f"group_code,dimension,part,factor,{VALIDITY}\n*,x,I,2,2024-01-01,,x\n")
    with pytest.raises(RulesError, match=r"scores/auxiliary/a\.csv row 1 .*: dimension is 'x'"):
        year(settled)


def test_elastic_values_are_published_and_proved(settled: Path, edit: Edit) -> None:
    rule = '[policy.point_value.elastic]\nbase_share = { value = 0.8, unit = "ratio", source = "x" }\n'
    rule += 'without_base = { value = "base", source = "x" }\n\n'
    edit("[policy.month]", rule + "[policy.month]")
    with pytest.raises(RulesError, match=r"scores/elastic/\*\.csv have no row of 2024"):
        year(settled)
    hospitals = pq.read_table(settled / "out/2024/v1/allocations.parquet").to_pylist()
    lines = [f"2024,{row['pool']},{row['hospital_id']},{row['points'] / 2:.4f},x" for row in hospitals if row["points"]]
    write(settled, "scores/elastic/2024.csv", "\n".join(["year,pool,hospital_id,points,source", *lines]) + "\n")
    after = year(settled)
    assert all(value.increment_points for value in after.values)
    assert all(result.holds for result in verify(settled, "2024"))


def test_the_check_of_a_policy_takes_yuan_from_the_last_settlement(settled: Path) -> None:
    checked = check(settled, parse_period("2024"))
    assert checked.example is not None
    assert "in the settlement 2024" in checked.example.source
    assert "S015" in [one.code for one in checked.findings]
