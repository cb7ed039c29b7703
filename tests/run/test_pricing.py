"""What mending records would be worth: prices that mending then proves, and records that have none."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from drgcalc.run.hospital_files import hand_out
from drgcalc.run.manifest import read_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

YEAR = parse_period("2024")
Record = dict[str, str]


def change(region: Path, edit: Callable[[list[Record]], object]) -> None:
    """Edit the template's records as rows by header."""
    path = region / "discharges/2024.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    edit(records)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def spoil(region: Path, *spoilt: tuple[int, str, str]) -> None:
    """Put values into cells: record from 0, header, value."""

    def edit(records: list[Record]) -> None:
        for place, header, value in spoilt:
            records[place][header] = value

    change(region, edit)


def priced(region: Path) -> list[Record]:
    """The newest version's findings_priced.csv."""
    newest = max((region / "out/2024").glob("v*"), key=lambda path: int(path.name[1:]))
    with (newest / "findings_priced.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{name.split()[-1]: cell for name, cell in row.items()} for row in csv.DictReader(file)]


@pytest.fixture
def clean(settled: Path) -> Path:
    """The template's region without the record that it rejects and the one that is there twice."""
    change(settled, lambda records: records.__delitem__(slice(55, None)))
    return settled


def test_the_price_of_a_record_is_what_mending_it_then_brings(clean: Path) -> None:
    before = settle(clean, YEAR)
    spoil(clean, (0, "性别", "?"))
    broken = settle(clean, YEAR)
    (row,) = broken.stakes.largest
    assert (row.kind, row.codes, row.settlement_id) == ("rejected", "R104", "S00001")
    lacking = {(one.pool, one.hospital_id): one for one in broken.allocations}
    whole = {(one.pool, one.hospital_id): one for one in before.allocations}
    own = (row.pool, row.hospital_id)
    assert row.points == whole[own].points - lacking[own].points > 0
    gained = {key: whole[key].payable - lacking[key].payable for key in whole if key[0] == row.pool}
    assert row.yuan_hospital is not None
    assert abs(gained.pop(own) - row.yuan_hospital) <= Decimal("0.01")
    assert row.yuan_rest is not None
    assert abs(sum(gained.values()) - row.yuan_rest) <= Decimal("0.01")
    (sums,) = (one for one in broken.stakes.sums if one.pool == row.pool)
    assert (sums.records, sums.priced, sums.points) == (1, 1, row.points)
    assert sums.point_value_mended == next(one.value for one in before.values if one.pool == row.pool)
    assert all(result.holds for result in verify(clean))


@pytest.mark.parametrize(
    ("place", "header", "damaged_code", "check"),
    [(3, "手术操作编码", "470100", "R504"), (10, "诊断编码", "082.000", "R502")],
    ids=["another group", "no group"],
)
def test_the_price_of_a_damaged_code_is_what_repairing_it_then_brings(
    clean: Path, place: int, header: str, damaged_code: str, check: str
) -> None:
    with (clean / "scores/2024.csv").open("a", encoding="utf-8") as scores:
        scores.write("GV25,400,4000.00,2024-01-01,,示例\n")
    spoil(clean, (place, header, damaged_code))
    damaged = settle(clean, YEAR)
    repaired = settle(clean, YEAR, repair_codes=True)
    (row,) = damaged.stakes.largest
    assert (row.kind, row.codes) == ("recoded", check)
    before, after = (
        next(one for one in done.allocations if (one.pool, one.hospital_id) == (row.pool, row.hospital_id))
        for done in (damaged, repaired)
    )
    assert row.points == after.points - before.points
    assert row.yuan_hospital is not None
    assert abs(after.payable - before.payable - row.yuan_hospital) <= Decimal("0.01")
    assert not [row for row in repaired.stakes.largest if row.kind == "recoded"]


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("诊断编码", "", "principal diagnosis"),
        ("总费用", "", "cost is not known"),
        ("险种", "999", "pool is not known"),
        ("定点医疗机构代码", "H999", "hospital is not in force"),
        ("总费用", "-5", "stay or a refund"),
    ],
)
def test_a_record_whose_data_do_not_say_enough_has_no_price_and_says_why(
    clean: Path, header: str, value: str, reason: str
) -> None:
    spoil(clean, (0, header, value))
    done = settle(clean, YEAR)
    assert not done.stakes.largest
    (row,) = priced(clean)
    assert reason in row["not_priced"]
    assert [row[name] for name in ("points", "yuan_at_value", "yuan_hospital", "yuan_rest", "yuan_kept")] == [""] * 5
    assert [(one.records, one.priced, str(one.yuan_at_value)) for one in done.stakes.sums] == [(1, 0, "0.00")]
    assert all(result.holds for result in verify(clean))


def test_amounts_that_contradict_each_other_leave_points_without_yuan(clean: Path) -> None:
    spoil(clean, (0, "基金支付", "1.00"))
    settle(clean, YEAR)
    (row,) = priced(clean)
    assert Decimal(row["points"]) > 0
    assert row["yuan_hospital"] == ""
    assert "fund and the patient paid" in row["not_priced"]


def test_of_records_with_one_id_the_sums_hold_the_dearest_once(clean: Path) -> None:
    def double(records: list[Record]) -> None:
        records.append({**records[0], "总费用": "9409.00", "基金支付": "6774.00"})

    change(clean, double)
    done = settle(clean, YEAR)
    rows = priced(clean)
    assert [(row["codes"], row["alternative"]) for row in rows] == [("R602", "1")] * 2
    (sums,) = done.stakes.sums
    assert (sums.records, sums.priced, sums.alternatives) == (2, 2, 1)
    assert len(done.stakes.largest) == 1
    assert (str(sums.points), str(sums.yuan_at_value)) == (rows[0]["points"], rows[0]["yuan_at_value"])


def test_a_rejected_refund_takes_the_points_of_the_stay_it_reverses(clean: Path) -> None:
    def reverse(records: list[Record]) -> None:
        for record in records:
            record["退费标志"] = "0"
        stay = records[0]
        amounts = {name: f"-{stay[name]}" for name in ("总费用", "基金支付", "个人支付")}
        records.append({**stay, **amounts, "退费标志": "1", "性别": "?"})

    change(clean, reverse)
    done = settle(clean, YEAR)
    (row,) = done.stakes.largest
    assert row.points is not None
    assert row.points < 0
    assert row.yuan_hospital is not None
    change(clean, lambda records: records[-1].update({"性别": records[0]["性别"]}))
    mended = settle(clean, YEAR)
    before, after = (
        next(one for one in result.allocations if (one.pool, one.hospital_id) == (row.pool, row.hospital_id))
        for result in (done, mended)
    )
    assert row.points == after.points - before.points
    assert abs(after.payable - before.payable - row.yuan_hospital) <= Decimal("0.01")


def test_nothing_to_mend_is_two_files_without_rows(clean: Path) -> None:
    done = settle(clean, YEAR)
    assert (done.stakes.sums, done.stakes.largest) == ((), ())
    assert priced(clean) == []


def test_prices_change_nothing_of_the_settlement_and_settling_again_makes_no_version(clean: Path) -> None:
    spoil(clean, (0, "性别", "?"), (1, "总费用", ""))
    first, again = settle(clean, YEAR), settle(clean, YEAR)
    assert again.place.unchanged
    assert again.stakes == first.stakes
    assert len(first.stakes.largest) == 1


def test_the_order_of_records_does_not_matter(clean: Path) -> None:
    spoil(clean, *((place, "性别", "?") for place in range(6)))
    forwards = settle(clean, YEAR)
    change(clean, lambda records: records.reverse())
    backwards = settle(clean, YEAR)
    assert forwards.stakes.sums == backwards.stakes.sums
    names = ("settlement_id", "points", "yuan_at_value", "yuan_hospital", "yuan_rest", "yuan_kept")
    told = [
        sorted(tuple(str(getattr(row, name)) for name in names) for row in done.stakes.largest)
        for done in (forwards, backwards)
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 6


def test_a_hospital_gets_the_prices_of_its_own_records_only(clean: Path, tmp_path: Path) -> None:
    spoil(clean, *((place, "性别", "?") for place in range(8, 16)))
    settle(clean, YEAR)
    hand_out(clean, "2024", tmp_path / "sent")
    sent = {}
    for folder in (tmp_path / "sent").iterdir():
        with (folder / "findings_priced.csv").open(encoding="utf-8-sig", newline="") as file:
            sent[folder.name] = [row["结算ID settlement_id"] for row in csv.DictReader(file)]
    owners = {row["settlement_id"]: row["hospital_id"] for row in priced(clean)}
    assert {found: owner for owner, ids in sent.items() for found in ids} == owners
    assert len(set(owners.values())) > 1


def test_a_changed_price_is_found_and_prices_are_computed_again(clean: Path) -> None:
    spoil(clean, (0, "性别", "?"))
    place = clean / settle(clean, YEAR).place.folder
    (result,) = (one for one in verify(clean, "2024") if one.period == "2024" and "cases" not in one.folder)
    said = [proof.statement for proof in result.proofs]
    assert {"findings_priced.csv, priced again", "at_stake.csv, priced again"} <= set(said)
    path = place / "findings_priced.csv"
    path.write_bytes(path.read_bytes().replace(b"R104", b"R105"))
    (result,) = (one for one in verify(clean, "2024") if "cases" not in one.folder)
    assert not result.holds


def test_sums_of_rejected_records_are_all_of_them(clean: Path) -> None:
    spoil(clean, (0, "性别", "?"), (1, "险种", "999"), (2, "诊断编码", ""), (3, "出院时间", "soon"))
    done = settle(clean, YEAR)
    counts = read_manifest(clean / done.place.folder).counts
    assert sum(row.records for row in done.stakes.sums) == counts["rejected"] == 4
