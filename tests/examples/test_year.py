"""The example year, month by month as examples/README.md says: six identities each month, recomputed from CSV here.

spec/settlement.md §6. Nothing of drgcalc that computes money is used to check it: only the files that it published.
"""

from __future__ import annotations

import csv
import shutil
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.cells import cell_len
from walk import EXAMPLES, MONTHS, Walked, commands, hashes, newest, walk

from drgcalc.run.manifest import read_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.prove import prove
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

PERIODS = [*MONTHS, "2024"]
ZERO, FEN = Decimal("0.00"), Decimal("0.01")
MERGED, HEIR, JOINED, RISEN = "H44020500052", "H44020500051", "H44020500043", "H44028200021"
RECOGNIZED, LATE = "H44020500015", "H44022900021"

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def walked(made_once: Callable[..., Walked]) -> Walked:
    """The year after the walk; nothing writes there any more."""
    return made_once("walked", walk)


def table(path: Path) -> Rows:
    """A published table: the English part of its header, texts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    return [dict(zip((name.split()[-1] for name in header), line, strict=True)) for line in lines]


def published(walked: Walked, period: str, name: str) -> Rows:
    return table(newest(walked.region, period) / name)


def yuan(rows: Iterable[dict[str, str]], *columns: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows for column in columns), ZERO)


def of(rows: Iterable[dict[str, str]], **cells: str) -> Rows:
    return [row for row in rows if all(row[name] == cell for name, cell in cells.items())]


def summed(pairs: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    found: defaultdict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        found[key] += amount
    return dict(found)


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def fund_items(pool: str) -> dict[str, Decimal]:
    return {row["item"]: Decimal(row["amount"]) for row in of(table(EXAMPLES / "shaoguan/fund/2024.csv"), pool=pool)}


def formula(pool: str) -> tuple[Decimal, Decimal]:
    """What carve-outs and one-off income take off, and the risk reserve, from region.toml and fund/2024.csv alone."""
    policy = tomllib.loads((EXAMPLES / "shaoguan/region.toml").read_text(encoding="utf-8"))["policy"][0]["fund"][pool]
    items = fund_items(pool)
    one_off = items[policy["one_off"]["item"]] if "one_off" in policy else ZERO
    carved = sum((items[entry["item"]] for entry in policy["carve_outs"]), ZERO)
    net = policy["reserve_base"]["value"] == "net_of_one_off"
    base = items["collections"] - (one_off if net else ZERO)
    return one_off + carved, half_up(base * Decimal(str(policy["reserve_rate"]["value"])))


@pytest.mark.parametrize("period", PERIODS)
def test_collections_and_draws_go_to_hospitals_reserve_carve_outs_and_what_is_kept(walked: Walked, period: str) -> None:
    """Identity 1: fund/2024.csv on one side, allocations.csv and the ledger's balances on the other."""
    ledger, allocations = (published(walked, period, f"{name}.csv") for name in ("ledger", "allocations"))
    for step in {(row["pool"], row["step"]) for row in ledger}:
        assert yuan(of(ledger, pool=step[0], step=step[1]), "amount") == 0, step
    for pool in ("employee", "resident"):
        own = of(ledger, pool=pool)
        taken, reserve = formula(pool)
        drawn = -yuan([row for row in own if row["account"].startswith(("surplus/", "budget_adjustment"))], "amount")
        kept = yuan([row for row in own if row["account"] in ("fund_balance", "other_months")], "amount")
        hospitals = yuan(of(allocations, pool=pool), "payable")
        assert fund_items(pool)["collections"] + drawn == taken + reserve + hospitals + kept


def test_the_years_pools_are_floor_and_cap_of_article_7(walked: Walked) -> None:
    allocations, adjusted = published(walked, "2024", "allocations.csv"), Decimal("2400000.00")
    for pool in ("employee", "resident"):
        taken, reserve = formula(pool)
        base = fund_items(pool)["collections"] - taken - reserve
        floor = half_up(fund_items(pool)["last_final_pool"] * Decimal("1.05"))
        cap = half_up(yuan(of(allocations, pool=pool), "fund_booked") * Decimal("1.05"))
        expected = min(max(base, floor), cap) + (adjusted if pool == "employee" else ZERO)
        assert yuan(of(allocations, pool=pool), "payable") == expected


def test_what_is_declared_is_sent_held_deferred_or_taken(walked: Walked) -> None:
    """Identity 2, by hospital over the twelve months; accounts of the merged hospital are its heir's in the end."""
    declared, gone = [], []
    for month in MONTHS:
        for row in published(walked, month, "payments.csv"):
            key = row["pool"], HEIR if row["hospital_id"] == MERGED else row["hospital_id"]
            declared.append((key, yuan([row], "payable", "corrections", "decided", "transferred", "carried_in")))
            gone.append((key, yuan([row], "retained", "deferred", "deposit", "violation", "over_budget")))
            gone.append((key, yuan([row], "carried_out", "paid")))
    assert summed(declared) == summed(gone)


def test_what_is_owed_goes_on_from_month_to_month(walked: Walked) -> None:
    """Identity 3: opening + billed − received − deductions = closing, and the next month opens with it."""
    owed: dict[tuple[str, str], Decimal] = {}
    for month in MONTHS:
        if month == "2024-10":
            owed = summed(((pool, HEIR if code == MERGED else code), left) for (pool, code), left in owed.items())
        for row in published(walked, month, "payments.csv"):
            key = row["pool"], row["hospital_id"]
            assert Decimal(row["opening"]) == owed.pop(key, ZERO), (month, key)
            billed = yuan([row], "payable", "corrections", "decided", "transferred")
            left = yuan([row], "opening") + billed - yuan([row], "paid", "violation", "over_budget")
            assert left == Decimal(row["closing"]), (month, key)
            owed[key] = left


@pytest.mark.parametrize("period", PERIODS)
def test_points_of_hospitals_are_points_of_cases_and_every_record_has_one_fate(walked: Walked, period: str) -> None:
    """Identity 4."""
    folder = newest(walked.region, period)
    merged = period >= "2024-10" or period == "2024"
    hospital = pl.col("hospital_id").cast(pl.String)
    cases = pl.read_parquet(folder / "cases.parquet").with_columns(
        pl.when(hospital == MERGED).then(pl.lit(HEIR if merged else MERGED)).otherwise(hospital).alias("hospital_id"),
        pl.col("pool").cast(pl.String),
    )
    points = {(pool, code): found for pool, code, found in cases.group_by("pool", "hospital_id").agg(
        pl.col("case_points").sum()).iter_rows()}  # fmt: skip
    allocations = {(row["pool"], row["hospital_id"]): Decimal(row["points"])
                   for row in table(folder / "allocations.csv")}  # fmt: skip
    assert {key: found for key, found in allocations.items() if found} == {
        key: found for key, found in points.items() if found
    }
    counts = read_manifest(folder).counts
    by_status = sum(count for name, count in counts.items() if name.startswith("status:"))
    assert counts["read"] == by_status + counts["rejected"] + counts["duplicates"] + counts["outside"]
    assert by_status == len(cases)


def test_clearing_months_advances_deposits_and_deductions_are_the_years_payable(walked: Walked) -> None:
    """Identity 5, by hospital; months and deductions are taken from their own files."""
    monthly = summed(
        ((row["pool"], HEIR if row["hospital_id"] == MERGED else row["hospital_id"]), yuan([row], "paid"))
        for month in MONTHS
        for row in published(walked, month, "payments.csv")
    )
    payable = {(row["pool"], row["hospital_id"]): yuan([row], "payable")
               for row in published(walked, "2024", "allocations.csv")}  # fmt: skip
    rows = published(walked, "2024", "clearing.csv")
    for row in rows:
        key = row["pool"], row["hospital_id"]
        assert (yuan([row], "payable"), yuan([row], "monthly")) == (payable.get(key, ZERO), monthly[key])
        parts = yuan([row], "clearing", "monthly", "advance", "deposit", "violation", "over_budget")
        assert parts == yuan([row], "assessed", "shared", "decided", "transferred", "earlier")
    advances = table(walked.region / "decisions/advances.csv")
    assert yuan(rows, "advance") == yuan(advances, "amount")
    deductions = [row for path in sorted((walked.region / "decisions").glob("deductions*.csv")) for row in table(path)]
    assert yuan(rows, "violation", "over_budget") == yuan(deductions, "amount")
    for pool in published(walked, "2024", "clearing_pools.csv"):
        own = of(rows, pool=pool["pool"])
        for name in ("payable", "assessed", "shared", "violation", "monthly", "deposit", "clearing"):
            assert yuan([pool], name) == yuan(own, name)


@pytest.mark.parametrize("period", PERIODS)
def test_closed_periods_stay_as_they_were_closed(walked: Walked, period: str) -> None:
    """Identity 6, one half: no later correction has changed a byte."""
    assert hashes(newest(walked.region, period)) == walked.at_closing[period]


def test_the_same_records_give_the_same_bytes_whatever_else_is_there(walked: Walked, tmp_path: Path) -> None:
    """Identity 6, the other half: January settled last, elsewhere, from files written in another order."""
    region = tmp_path / "again"
    for path in sorted((EXAMPLES / "shaoguan").rglob("*"), reverse=True):
        relative = path.relative_to(EXAMPLES / "shaoguan")
        if path.is_file() and relative.parts[0] not in ("out", "calibration"):
            (region / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, region / relative)
    settle(region, parse_period("2024-01"))
    assert hashes(region / "out/2024-01/v1") == walked.at_closing["2024-01"]


@pytest.mark.parametrize("period", PERIODS)
def test_the_program_proves_every_period_from_its_published_files(walked: Walked, period: str) -> None:
    assert all(proof.difference == 0 for pool in prove(walked.region, period).pools for proof in pool.proofs)


def test_the_cleared_year_verifies(walked: Walked) -> None:
    assert [proof for found in verify(walked.region, "2024") for proof in found.proofs if not proof.holds] == []


def test_differences_name_the_closed_month_and_the_cause(walked: Walked) -> None:
    named: dict[str, set[tuple[str, str]]] = {}
    for month in MONTHS:
        for row in published(walked, month, "differences.csv"):
            named.setdefault(month, set()).add((row["corrects"], row["cause"]))
    assert named == {
        "2024-04": {("2024-02", "data"), ("2024-03", "data")},
        "2024-08": {*((month, "parameter") for month in MONTHS[:7]), ("2024-05", "decision")},
    }
    april = published(walked, "2024-04", "differences.csv")
    assert {row["hospital_id"] for row in april} == {LATE}
    assert yuan(of(april, corrects="2024-02"), "payable") > 0 > yuan(of(april, corrects="2024-03"), "payable")
    wrong = of(published(walked, "2024-08", "differences.csv"), cause="parameter")
    assert {row["hospital_id"] for row in wrong} == {RECOGNIZED}
    assert yuan(wrong, "payable") < 0


def test_what_is_decided_stands_in_the_ledger_of_its_month_with_its_notice(walked: Walked) -> None:
    explained = {
        month: " ".join(row["explanation"] for row in published(walked, month, "payments_ledger.csv"))
        for month in MONTHS
    }
    for kind in ("deductions", "transfers", "corrections", "advances"):
        for path in sorted((walked.region / "decisions").glob(f"{kind}*.csv")):
            for row in table(path):
                assert row["notice"] in explained[row["decided_on"][:7]], row["notice"]
    assert f"{MERGED} is merged into {HEIR}" in explained["2024-10"]
    assert "below zero in 2024-05" in explained["2024-05"]


def test_hospitals_join_rise_and_end_by_date(walked: Walked) -> None:
    for month in MONTHS:
        levels = {row["hospital_id"]: row["level"] for row in published(walked, month, "allocations.csv")}
        assert (JOINED in levels) == (month >= "2024-07")
        assert (MERGED in levels) == (month < "2024-10")
        assert levels[RISEN] == ("三级" if month >= "2024-07" else "二级")


def test_special_cases_are_paid_as_decided_and_no_decision_is_refused(walked: Walked) -> None:
    decided = [row for path in sorted((walked.region / "decisions").glob("special_cases*.csv")) for row in table(path)]
    paid = yuan(published(walked, "2024", "allocations.csv"), "special_paid")
    assert paid == yuan(of(decided, decision="item"), "amount") > 0
    cases = pl.read_parquet(newest(walked.region, "2024") / "cases.parquet", columns=["settlement_id", "case_points"])
    points = dict(cases.filter(pl.col("settlement_id").is_in([row["settlement_id"] for row in decided])).iter_rows())
    assert all(points[row["settlement_id"]] == Decimal(row["points"]) for row in of(decided, decision="points"))
    refused = {row["code"] for row in published(walked, "2024", "findings.csv") if row["code"].startswith("D")}
    assert refused == {"D114"}, "an adjustment waits for its final review, and nothing else is wrong"


def test_months_and_clearing_come_to_a_year_that_is_cleared_at_once(walked: Walked, tmp_path: Path) -> None:
    region = Path(shutil.copytree(walked.region, tmp_path / "once", ignore=shutil.ignore_patterns("out", "statements")))
    shutil.copytree(walked.region / "out/cases", region / "out/cases")
    settle(region, parse_period("2024"))

    def cash(rows: Sequence[dict[str, str]]) -> dict[tuple[str, str], Decimal]:
        parts = ("clearing", "monthly", "advance", "deposit")
        return {(row["pool"], row["hospital_id"]): yuan([row], *parts) for row in rows}

    assert cash(table(newest(region, "2024") / "clearing.csv")) == cash(published(walked, "2024", "clearing.csv"))


def test_the_walk_shows_every_month_and_every_command_of_the_year(walked: Walked) -> None:
    said = [" ".join(words) for words in commands((EXAMPLES / "README.md").read_text(encoding="utf-8"))]
    assert [words.split()[-1] for words in said if words.startswith("drgcalc close")] == PERIODS
    asked = {words.split()[1] for words in said if words.startswith("drgcalc")}
    assert asked >= {"settle", "close", "history", "diff", "verify", "prove", "explain", "statements", "due"}
    assert asked >= {"feedback", "reconcile"}
    assert walked.said["../examples/month-end.sh . 2024-01"].startswith("month-end 2024-01 exit 0: ")
    assert "2024-12/v1 → 2024-12/v2" in walked.said["drgcalc diff 2024-12/v1 2024-12/v2"]
    assert "31,800.00" in walked.said["drgcalc diff 2024-12/v1 2024-12/v2"]


def test_reconciling_shows_a_mistake_of_each_kind(walked: Walked) -> None:
    said = walked.said["drgcalc reconcile bookings/H44028200021.csv --year 2024"]
    assert "8 entries agree, 5 differ." in said
    kinds = ("amount 金额不符", "missing here 中心无账", "missing there 医院无账", "month 月份不符", "pool 基金池不符")
    assert [kind for kind in kinds if said.count(kind) != 1] == []


def test_what_a_clerk_reads_stays_inside_80_columns(walked: Walked) -> None:
    for command, text in walked.said.items():
        if command.startswith("drgcalc"):
            wide = [line for line in text.splitlines() if cell_len(line.rstrip()) > 80]
            assert wide == [], command
