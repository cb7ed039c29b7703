"""Payment methods in a whole settlement: a claim is paid once, and every fen is accounted for."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.run.explain import explain_hospital
from drgcalc.run.period import parse_period
from drgcalc.run.prove import prove
from drgcalc.run.published import read_allocations, read_book, read_method_payments
from drgcalc.run.region import load_region
from drgcalc.run.settle import settle
from drgcalc.run.terms import terms_of
from drgcalc.run.verify import verify
from drgcalc.run.year import next_fund
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.settle import Settlement

POLICY = """
[[policy.methods]]
id = "long_stays"
label = "按床日付费"
kind = { value = "bed_day", source = "第二十条" }
paid_from = { value = "bed_day_quota", source = "第五条（八）" }
[policy.methods.terms]
yearly_days = { value = 60, unit = "days", source = "第二十条" }
[[policy.methods]]
id = "cataract"
label = "单病种付费"
kind = { value = "single_disease", source = "第二十一条" }
paid_from = { value = "points_pool", source = "第二十一条：总额内" }
[policy.methods.terms]
over_patient_price = { value = "reported", source = "第二十一条" }
[policy.routing]
unrouted = { value = "points", source = "第十九条" }
[[policy.routing.rules]]
method = "long_stays"
hospitals = ["H003"]
source = "第二十条"
[[policy.routing.rules]]
method = "cataract"
groups = ["OB*"]
source = "第二十一条"
"""

PRICES = """\
method,hospital_id,level,group_code,fund_price,patient_price,effective_from,effective_to,source
long_stays,,,,150.00,30.00,2024-01-01,,床日标准
long_stays,,一级,,120.00,30.00,2024-01-01,2024-06-30,床日标准（一级）
long_stays,,一级,,125.50,30.00,2024-07-01,,床日标准（一级，下半年）
cataract,,,OB15,5000.00,2500.00,2024-01-01,,单病种标准
"""


@pytest.fixture
def with_methods(settled: Path) -> Path:
    """The template region with bed-days for its smallest hospital and a fixed price for one group."""
    with (settled / "region.toml").open("a", encoding="utf-8") as file:
        file.write(POLICY)
    (settled / "methods").mkdir()
    (settled / "methods/prices.csv").write_text(PRICES, encoding="utf-8")
    return settled


def test_methods_pay_their_claims_and_points_the_others(with_methods: Path) -> None:
    before = read_allocations(with_methods / "out/2024/v1")
    result = settle(with_methods, parse_period("2024"))
    folder = with_methods / "out/2024/v2"
    paid = read_method_payments(folder)
    assert paid == result.methods
    assert {(row.method, row.hospital_id) for row in paid if row.method == "long_stays"} == {("long_stays", "H003")}
    assert {row.method for row in paid} == {"long_stays", "cataract"}
    cases = pq.read_table(folder / "cases.parquet").to_pylist()
    routed = [case for case in cases if case["method"]]
    assert {case["hospital_id"] for case in routed if case["method"] == "long_stays"} == {"H003"}
    assert all(case["case_points"] == 0 and case["segment"] == case["method"] for case in routed)
    assert sum(row.cases for row in paid) == len(routed)
    assert sum(row.cases for row in result.allocations) == sum(row.cases for row in before) - len(routed)


def test_bed_days_of_a_month_have_the_price_of_that_month(with_methods: Path) -> None:
    result = settle(with_methods, parse_period("2024"))
    cases = pq.read_table(with_methods / "out/2024/v2/cases.parquet").to_pylist()
    rates = {case["period"]: Decimal("120") if case["period"] < "2024-07" else Decimal("125.5") for case in cases}
    expected = total(rates[case["period"]] * case["los_days"] for case in cases if case["method"] == "long_stays")
    assert total(row.payable for row in result.methods if row.method == "long_stays") == expected


def test_what_a_method_is_paid_leaves_its_carve_out_or_the_pool_once(with_methods: Path) -> None:
    result = settle(with_methods, parse_period("2024"))
    book = read_book(with_methods / "out/2024/v2")
    for pool in ("employee", "resident"):
        fund = {line.item: line.amount for line in result.waterfall if line.pool == pool}
        outside = total(row.payable for row in result.methods if (row.pool, row.method) == (pool, "long_stays"))
        inside = total(row.payable for row in result.methods if (row.pool, row.method) == (pool, "cataract"))
        assert book.balance(pool, "carve_out/bed_day_quota") == -fund["bed_day_quota"] - outside
        assert fund.get("points_pool", fund["payable_pool"]) == fund["payable_pool"] - inside
        points = total(row.payable for row in result.allocations if row.pool == pool)
        value = next(value for value in result.values if value.pool == pool)
        assert points + value.kept + inside == fund["payable_pool"]


def test_a_month_pays_its_own_claims(with_methods: Path) -> None:
    result = settle(with_methods, parse_period("2024-03"))
    cases = pq.read_table(with_methods / "out/2024-03/v1/cases.parquet").to_pylist()
    assert sum(row.cases for row in result.methods) == sum(1 for case in cases if case["method"])


def test_a_hospital_paid_by_a_method_has_a_statement(with_methods: Path) -> None:
    settle(with_methods, parse_period("2024"))
    statement = explain_hospital(with_methods, "H003", parse_period("2024"))
    assert any(line.account == "hospital_method/long_stays" for line in statement.lines)


def test_a_settlement_with_methods_verifies_and_a_forged_payment_does_not(with_methods: Path) -> None:
    settle(with_methods, parse_period("2024"))
    assert all(result.holds for result in verify(with_methods, "2024"))
    table = with_methods / "out/2024/v2/methods.csv"
    forged = table.read_bytes().replace(b"5000.00", b"6000.00")
    assert forged != table.read_bytes()
    table.write_bytes(forged)
    assert not all(result.holds for result in verify(with_methods, "2024"))


def test_the_conservation_statement_holds_with_methods(with_methods: Path) -> None:
    settle(with_methods, parse_period("2024"))
    proven = prove(with_methods, "2024")
    assert all(statement.holds for pool in proven.pools for statement in pool.proofs)
    assert any(line.account == "hospital_method/cataract" for pool in proven.pools for line in pool.lines)


def test_next_years_last_pool_holds_what_methods_inside_the_total_were_paid(with_methods: Path) -> None:
    region = load_region(with_methods)
    period = parse_period("2024")
    result = settle(with_methods, period)
    settlement = Settlement("2024", (), result.waterfall, result.values, Book(()), (), ())
    items = {item.pool: item.amount for item in next_fund(terms_of(region, period).policy, settlement)}
    whole = {line.pool: line.amount for line in result.waterfall if line.item == "payable_pool"}
    assert items == whole
    assert any(value.fund < whole[value.pool] for value in result.values)


def test_unrouted_claims_stop_where_the_policy_says_so(with_methods: Path) -> None:
    region = with_methods / "region.toml"
    region.write_text(
        region.read_text("utf-8").replace('unrouted = { value = "points"', 'unrouted = { value = "error"')
    )
    with pytest.raises(RulesError, match="fit no routing rule"):
        settle(with_methods, parse_period("2024"))


def test_the_csv_says_what_the_parquet_says(with_methods: Path) -> None:
    result = settle(with_methods, parse_period("2024"))
    with (with_methods / "out/2024/v2/methods.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    assert [line[2:5] for line in lines] == [[row.method, row.kind, row.hospital_id] for row in result.methods]
