"""What a settled record earns, factor by factor with its source, and its share of its hospital's amount."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len
from rich.console import Console

from drgcalc.base.errors import UnbalancedError
from drgcalc.report.points_explanation import points
from drgcalc.report.points_model import CaseMoney
from drgcalc.run.explain_points import explain_points
from drgcalc.run.explain_record import explain_record
from drgcalc.run.period import parse_period
from drgcalc.run.published import read_allocations
from drgcalc.run.region import load_region
from drgcalc.run.settle import settle

RULES = """
short_stay = { value = 3, unit = "days", source = "第十四条（一）" }
[policy.points.special_review]
quota = { value = 0.2, unit = "ratio", source = "第十四条（二）" }
base = { value = "pool", source = "第十四条（二）" }
[[policy.points.bed_days]]
name = "by_day"
label = "按床日计点"
groups = ["OB15"]
points_a_day = { value = 31.5, unit = "points", source = "第十四条（三）" }
coefficient = { value = "whole", source = "第十四条（三）" }
[policy.points.readmission]
days = { value = 15, unit = "days", source = "第十四条（四）" }
bound = { value = "included", source = "第十四条（四）" }
within = { value = "hospital", source = "第十四条（四）" }
kept = { value = 0.5, unit = "ratio", source = "第十四条（四）" }

"""
METHODS = """
[[policy.methods]]
id = "rural"
label = "按床日付费"
kind = { value = "bed_day", source = "第二十条" }
paid_from = { value = "bed_day_quota", source = "第五条（八）" }
[policy.methods.terms]
yearly_days = { value = 60, unit = "days", source = "第二十条" }
[policy.routing]
unrouted = { value = "points", source = "第十九条" }
[[policy.routing.rules]]
method = "rural"
hospitals = ["H003"]
source = "第二十条"
"""
PRICES = """\
method,hospital_id,level,group_code,fund_price,patient_price,effective_from,effective_to,source
rural,,,,150.00,30.00,2024-01-01,,床日标准
"""
DECISIONS = "settlement_id,decision,points,amount,decided_on,notice,source\n"


def stays(folder: Path) -> list[dict[str, object]]:
    return pq.read_table(folder / "out/2024/v2/cases.parquet").to_pylist()


@pytest.fixture(scope="module")
def ruled(settled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template region under every rule of cases, with refunds, readmissions and decisions, settled as v2."""
    folder = Path(shutil.copytree(settled_once, tmp_path_factory.mktemp("ruled") / "region"))
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    assert text.count("[[policy.points.outliers]]") == 3
    text = text.replace("[[policy.points.outliers]]", RULES.lstrip() + "[[policy.points.outliers]]", 1)
    settings.write_text(text + METHODS, encoding="utf-8")
    (folder / "methods").mkdir(exist_ok=True)
    (folder / "methods/prices.csv").write_text(PRICES, encoding="utf-8")
    path = folder / "discharges/2024.csv"
    header, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    by_id = {row[0]: row for row in rows}
    extra = [
        [*by_id["S00001"][:11], "-9408.00", "-6773.00", "-2635.00", "1"],
        ["R-1", *by_id["S00004"][1:11], "-1306.00", "-940.00", "-366.00", "1"],
        ["N-1", *by_id["S00006"][1:6], "2024-03-17", "2024-03-26", "2024-03-26", *by_id["S00006"][9:], "0"],
        ["U-1", "P9001", *by_id["S00012"][2:9], "U99.900", "", *by_id["S00012"][11:], "0"],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([[*header, "退费标志"], *([*row, "0"] for row in rows), *extra])
    (folder / "decisions/special_cases.csv").write_text(
        f"{DECISIONS}S00007,item,,777.77,2024-12-01,特1,评审会\nS00009,points,12.3456,,2024-12-01,特2,评审会\n",
        encoding="utf-8",
    )
    settle(folder, parse_period("2024"))
    return folder


def explained(folder: Path, settlement_id: str) -> list[CaseMoney]:
    reason = explain_points(load_region(folder), settlement_id, parse_period("2024"))
    assert reason is not None
    assert reason.version == "2024/v2"
    return list(reason.lines)


def sources(line: CaseMoney) -> dict[str, tuple[str, str]]:
    return {factor.name.split(" ")[0]: (factor.value, factor.source) for factor in line.factors}


def test_every_rule_comes_to_the_points_that_were_published(ruled: Path) -> None:
    rules: dict[object, str] = {}
    for stay in stays(ruled):
        rules.setdefault((stay["segment"], stay["is_refund"], stay["kept_share"]), str(stay["settlement_id"]))
    assert {segment for segment, _, _ in rules} == {
        "normal", "high", "short_stay", "by_day", "special_item", "special_points", "ungrouped", "rural",
    }  # fmt: skip
    for settlement_id in rules.values():
        published = {row["case_points"] for row in stays(ruled) if row["settlement_id"] == settlement_id}
        assert {line.points for line in explained(ruled, settlement_id)} == published


def test_the_shares_of_a_hospitals_cases_are_what_it_is_owed_for_points(ruled: Path) -> None:
    own = [row for row in stays(ruled) if (row["hospital_id"], row["pool"]) == ("H002", "resident")]
    lines = [line for row in own for line in explained(ruled, str(row["settlement_id"]))]
    account = next(
        row for row in read_allocations(ruled / "out/2024/v2") if (row.hospital_id, row.pool) == ("H002", "resident")
    )
    assert sum(line.share or Decimal(0) for line in lines) == account.payable - account.special_paid


def test_each_factor_names_its_row_and_its_source(ruled: Path) -> None:
    (line,) = explained(ruled, "S00034")
    found = sources(line)
    assert "scores/*.csv KS25 from 2024-01-01" in found["score"][1]
    assert "policy points.score_by = group · 第十条" in found["score"][1]
    assert "16800.00 ÷ reference" in found["outlier"][1]
    assert "hospitals.csv H001" in found["coefficient"][1]
    assert line.worth is not None
    assert "own fund ratio" in line.worth_words


def test_a_refund_shows_the_cost_before_and_after_it_on_the_terms_of_its_stay(ruled: Path) -> None:
    stay, refund = explained(ruled, "S00001")
    assert refund.points == -stay.points
    assert "reverses S00001" in refund.notes[0]
    assert "9408.00 yuan before, 0.00 after" in refund.notes[0]
    (part,) = explained(ruled, "R-1")
    assert "reverses S00004" in part.notes[0]
    assert "9306.00 yuan before, 8000.00 after" in part.notes[0]
    assert part.words.startswith("after it: ")


def test_what_follows_another_rule_says_which(ruled: Path) -> None:
    (short,) = explained(ruled, "S00005")
    assert sources(short)["outside"] == ("2 days", "policy points.short_stay = 3 days · 第十四条（一）")
    (item,) = explained(ruled, "S00007")
    assert (item.points, item.decided) == (Decimal(0), Decimal("777.77"))
    assert sources(item)["decided"] == ("777.77", "decisions/special_cases.csv 特1 2024-12-01 · 评审会")
    (given,) = explained(ruled, "S00009")
    assert (given.points, sources(given)["decided"][0]) == (Decimal("12.3456"), "12.3456")
    (days,) = explained(ruled, "S00011")
    assert sources(days)["points"] == ("31.5", "policy points.bed_days by_day 按床日计点 · 第十四条（三）")
    (kept,) = explained(ruled, "S00006")
    assert sources(kept)["kept"][0] == "0.5000"
    (rural,) = explained(ruled, "S00037")
    assert "paid by 按床日付费 (policy methods rural = bed_day · 第二十条)" in rural.notes[0]
    assert rural.share is None
    (outside,) = explained(ruled, "U-1")
    assert "policy points.without_group.ungrouped" in sources(outside)["ungrouped"][1]


def test_explain_shows_group_points_and_money_of_a_record_in_80_columns(ruled: Path) -> None:
    reason = explain_record(ruled, "S00034", parse_period("2024"))
    assert reason.points is not None
    console = Console(file=StringIO(), width=80)
    for part in points(reason.points, "S00034"):
        console.print(part)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "Points 点数 in 2024/v2: H001, pool employee" in text
    assert "to the fen by largest remainder over" in text


def test_a_record_in_no_settled_period_is_told_so(ruled: Path) -> None:
    assert explain_points(load_region(ruled), "nobody", None) is None
    (line,) = points(None, "nobody")
    assert "settle its period" in str(line)


def test_points_that_are_not_those_of_their_terms_are_found(ruled: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ruled, tmp_path / "changed"))
    terms = folder / "out/2024/v2/terms.json"
    text = terms.read_text(encoding="utf-8")
    assert "value = 31.5" in text
    terms.write_text(text.replace("value = 31.5", "value = 31.6"), encoding="utf-8")
    with pytest.raises(UnbalancedError, match=r"S00011 .*: the points come to"):
        explain_points(load_region(folder), "S00011", parse_period("2024"))
