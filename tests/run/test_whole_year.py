"""A whole year of a small region: every identity every month, closed months that never change, differences by cause."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from whole_year import DECISIONS, MONTHS, POLICY, WholeYear, hashes_of, once, write_decisions, write_records

from drgcalc.base.errors import OutputError, UsageError
from drgcalc.base.payment_columns import CLEARING
from drgcalc.report.model import Settled
from drgcalc.report.year import explained as report_explained
from drgcalc.run import settle as run_settle
from drgcalc.run.closing import close, reopen
from drgcalc.run.own_view import own_view
from drgcalc.run.period import parse_period
from drgcalc.run.published import read_allocations, read_book
from drgcalc.run.published_csv import read_csv, read_rows
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify
from drgcalc.run.versions import diff, history
from drgcalc.run.year import PAYMENTS_LEDGER, read_payments
from drgcalc.settlement.clearing import Cleared

ZERO = Decimal("0.00")


def month_folder(lived: WholeYear, month: str) -> Path:
    return lived.folder / "out" / month / "v1"


def sums(rows: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    found: defaultdict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in rows:
        found[key] += amount
    return dict(found)


@pytest.mark.parametrize("month", MONTHS)
def test_payments_and_what_is_kept_are_the_collections_with_draws(lived: WholeYear, month: str) -> None:
    """Identity 1, over the ledger alone."""
    book = read_book(month_folder(lived, month))
    for pool in book.pools():
        given = -book.balance(pool, "income") - book.balance(pool, "surplus/") - book.balance(pool, "budget_adjustment")
        taken = sum((book.balance(pool, name) for name in (
            "one_off_income", "carve_out/", "risk_reserve", "other_months", "fund_balance", "adjustment_fund",
            "hospital", "hospital_retained", "deficit")), ZERO)  # fmt: skip
        assert given == taken


def test_everything_declared_is_paid_held_deferred_or_taken(lived: WholeYear) -> None:
    """Identity 2, by hospital over the year."""
    rows = [row for month in MONTHS for row in read_payments(month_folder(lived, month))]
    declared = sums((row.pool, row.payable + row.corrections + row.decided + row.transferred) for row in rows)
    gone = sums(
        (row.pool, row.paid + row.retained + row.deferred + row.deposit + row.violation + row.over_budget)
        for row in rows
    )
    left = sums((row.pool, row.carried_out + -row.carried_in) for row in rows)
    assert declared == {pool: amount + left[pool] for pool, amount in gone.items()}


def test_opening_and_billed_less_received_and_deductions_is_closing(lived: WholeYear) -> None:
    """Identity 3, chained from month to month; the accounts of the merged hospital go over in September."""
    owed: dict[tuple[str, str], Decimal] = {}
    for month in MONTHS:
        rows = read_payments(month_folder(lived, month))
        for row in rows:
            billed = row.payable + row.corrections + row.decided + row.transferred
            assert row.opening + billed - row.paid - row.violation - row.over_budget == row.closing
            if month == "2024-09" and row.hospital_id == "H001":
                expected = owed[row.pool, "H001"] + owed[row.pool, "H002"]
            elif month >= "2024-09" and row.hospital_id == "H002":
                expected = ZERO
            else:
                expected = owed.get((row.pool, row.hospital_id), ZERO)
            assert row.opening == expected
        owed |= {(row.pool, row.hospital_id): row.closing for row in rows}


@pytest.mark.parametrize("period", [*MONTHS, "2024"])
def test_every_version_verifies(lived: WholeYear, period: str) -> None:
    """Identities 4 and 6 among others: points of cases are points of hospitals, recomputed bytes are the published."""
    for found in verify(lived.folder, period):
        assert [proof for proof in found.proofs if not proof.holds] == []


def test_clearing_months_advances_deposits_and_deductions_are_the_year(lived: WholeYear) -> None:
    """Identity 5, by hospital."""
    folder = lived.folder / "out" / "2024" / "v1"
    rows = [Cleared(*row) for row in read_rows(folder / "clearing.csv", CLEARING)]
    paid = [row for month in MONTHS for row in read_payments(month_folder(lived, month))]
    monthly = sums(((row.pool, "H001" if row.hospital_id == "H002" else row.hospital_id), row.paid) for row in paid)
    for row in rows:
        assert row.monthly == monthly[row.pool, row.hospital_id]
        parts = row.clearing + row.monthly + row.advance + row.deposit + row.violation + row.over_budget
        assert parts == row.assessed + row.shared + row.decided + row.transferred
    assert {row.hospital_id for row in rows} == {"H001", "H003", "H004"}
    assert {row.assessment for row in rows} == {Decimal("0.9800"), Decimal("0.9600"), Decimal("1.0000")}
    assert (folder / "next_year_fund.csv").is_file()
    assert len(lived.year.clearing) == 2


def test_closed_months_never_change(lived: WholeYear) -> None:
    for month in MONTHS:
        assert hashes_of(month_folder(lived, month)) == lived.at_closing[month]
        with pytest.raises(OutputError, match="is closed"):
            settle(lived.folder, parse_period(month))


def test_differences_name_the_month_they_correct_and_why(lived: WholeYear) -> None:
    named = {
        month: {(row.corrects, row.cause) for row in settled.differences}
        for month, settled in lived.months.items()
        if settled.differences
    }
    assert named["2024-04"] == {("2024-02", "data"), ("2024-03", "data")}
    assert named["2024-08"] == {(month, "parameter") for month in MONTHS[:7]}
    assert set(named) == {"2024-04", "2024-08"}
    explained = {row.explanation for row in read_book(month_folder(lived, "2024-04"), PAYMENTS_LEDGER).postings}
    assert "corrects 2024-02: data" in explained


@pytest.mark.parametrize("month", ["2024-02", "2024-03", "2024-05"])
def test_closing_and_correcting_comes_to_settling_once(lived: WholeYear, tmp_path: Path, month: str) -> None:
    again = settle(once(lived.folder, tmp_path / "once"), parse_period(month), dry_run=True)
    posted = sums(((row.pool, row.hospital_id), row.payable) for row in lived.months[month].allocations)
    for later in lived.months.values():
        for row in later.differences:
            if row.corrects == month:
                posted[row.pool, row.hospital_id] += row.payable
    expected = {(row.pool, row.hospital_id): row.payable for row in again.allocations}
    assert posted == expected


def test_a_year_paid_by_months_comes_to_a_year_paid_at_once(lived: WholeYear, tmp_path: Path) -> None:
    again = settle(once(lived.folder, tmp_path / "once"), parse_period("2024"))
    folder = again.place.folder

    def cash(rows: Iterable[Cleared]) -> dict[tuple[str, str], Decimal]:
        return {(row.pool, row.hospital_id): row.clearing + row.monthly + row.advance + row.deposit for row in rows}

    at_once = [Cleared(*row) for row in read_rows(tmp_path / "once" / folder / "clearing.csv", CLEARING)]
    by_month = [Cleared(*row) for row in read_rows(lived.folder / "out/2024/v1/clearing.csv", CLEARING)]
    assert {key: amount for key, amount in cash(at_once).items() if amount} == {
        key: amount for key, amount in cash(by_month).items() if amount
    }


def test_a_month_whose_inputs_did_not_change_does_no_work(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any) -> None:
        raise AssertionError("a settlement was made again")

    monkeypatch.setattr(run_settle, "settled_cases", forbidden)
    again = settle(copy, parse_period("2024"))
    assert again.place.unchanged
    assert again.allocations == read_allocations(copy / "out/2024/v1")


def test_the_order_of_decisions_changes_nothing(lived: WholeYear, tmp_path: Path) -> None:
    folder = once(lived.folder, tmp_path / "other")
    for path in (folder / "decisions").glob("*.csv"):
        path.unlink()
    for kind, rows in DECISIONS.items():
        write_decisions(folder, {kind: list(reversed(rows))[:1]}, "-a")
        write_decisions(folder, {kind: list(reversed(rows))[1:]}, "-b")
    one = settle(once(lived.folder, tmp_path / "one"), parse_period("2024-06"))
    other = settle(folder, parse_period("2024-06"))
    assert (one.payments, one.allocations) == (other.payments, other.allocations)
    ledgers = [root / "out/2024-06/v1" / PAYMENTS_LEDGER for root in (tmp_path / "one", folder)]
    assert ledgers[0].read_bytes() == ledgers[1].read_bytes()


def test_a_decision_dated_in_a_closed_month_is_not_applied(copy: Path) -> None:
    write_decisions(copy, {"deductions": ["扣9,H001,employee,violation,50.00,2024-05-20,,迟到,文书"]}, "-late")
    again = settle(copy, parse_period("2024"))
    assert [finding.code for finding in again.findings if finding.code == "D109"] == ["D109"]
    assert again.clearing == settle(copy, parse_period("2024"), dry_run=True).clearing
    before = list(read_csv(copy / "out/2024/v1/clearing.csv"))
    assert list(read_csv(copy / "out/2024/v2/clearing.csv")) == before


def test_months_are_reopened_backwards_with_a_reason_that_stays(copy: Path) -> None:
    with pytest.raises(OutputError, match="2024-12 is closed"):
        reopen(copy, "2024-11", "录入错误")
    with pytest.raises(UsageError, match="needs a reason"):
        reopen(copy, "2024-12", "  ")
    reopen(copy, "2024-12", "录入错误")
    write_decisions(copy, {"deductions": ["扣8,H001,employee,violation,50.00,2024-12-20,,补扣,文书"]}, "-late")
    settle(copy, parse_period("2024-12"))
    close(copy, "2024-12")
    found = history(copy, "2024-12")
    assert [(version.number, version.closed) for version in found.versions] == [(1, False), (2, True)]
    assert found.versions[1].changed == ("decisions/deductions-late.csv",)
    assert [(event.event, event.reason) for event in found.trace] == [
        ("close", ""),
        ("reopen", "录入错误"),
        ("close", ""),
    ]
    explained = diff(copy, "2024-12/v1", "2024-12")
    assert explained.changes == ()
    assert [(row.cause, row.what) for row in explained.changed] == [("paid only", "decisions/deductions-late.csv")]
    assert [(row.part, row.amount) for row in explained.payments] == [
        ("violation", Decimal("50.00")),
        ("paid", Decimal("-50.00")),
    ]


def told(settled: Settled, code: str) -> list[str]:
    return [finding.message for finding in settled.findings if finding.code == code]


def test_a_month_says_how_many_differences_it_posts(lived: WholeYear) -> None:
    found = {month: told(settled, "P103") for month, settled in lived.months.items()}
    count = len(lived.months["2024-04"].differences)
    assert found["2024-04"] == [f"2024-04: {count} differences to closed periods"]
    assert [month for month in MONTHS if found[month]] == ["2024-04", "2024-08"]


def test_a_clearing_names_the_months_that_are_not_settled_and_those_not_closed(
    lived: WholeYear, tmp_path: Path
) -> None:
    folder = once(lived.folder, tmp_path / "once")
    for month in ("2024-01", "2024-02"):
        settle(folder, parse_period(month))
    close(folder, "2024-01")
    cleared = settle(folder, parse_period("2024"))
    assert told(cleared, "P104") == [f"2024: not settled are {', '.join(MONTHS[2:])}"]
    assert told(cleared, "P110") == ["2024: not closed are 2024-02"]
    assert (told(lived.year, "P104"), told(lived.year, "P110")) == ([], [])


@pytest.mark.parametrize(("period", "table"), [("2024-05", "payment"), ("2024", "clearing")])
def test_decisions_that_no_rule_applies_are_told(lived: WholeYear, tmp_path: Path, period: str, table: str) -> None:
    folder = once(lived.folder, tmp_path / "once")
    settings = folder / "region.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(POLICY, ""), encoding="utf-8")
    (message,) = told(settle(folder, parse_period(period), dry_run=True), "D112")
    assert f"no [policy.{table}]" in message
    assert message.endswith("deductions, transfers, corrections, advances")


def test_a_month_is_not_closed_before_the_one_before_it(lived: WholeYear, tmp_path: Path) -> None:
    folder = once(lived.folder, tmp_path / "once")
    for month in ("2024-01", "2024-02"):
        settle(folder, parse_period(month))
    with pytest.raises(OutputError, match="2024-01 is settled and not closed"):
        close(folder, "2024-02")


def test_diff_explains_to_the_fen_by_cause(lived: WholeYear, tmp_path: Path) -> None:
    folder = once(lived.folder, tmp_path / "once")
    (folder / "discharges" / "late.csv").rename(tmp_path / "late.csv")
    first = settle(folder, parse_period("2024-02"))
    shutil.move(tmp_path / "late.csv", folder / "discharges" / "late.csv")
    path = next(iter((folder / "scores").glob("*.csv")))
    path.write_text(path.read_text(encoding="utf-8").replace("BR25,1195,", "BR25,1250,"), encoding="utf-8")
    settings = folder / "region.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("value = 0.95", "value = 0.90"), encoding="utf-8")
    second = settle(folder, parse_period("2024-02"))
    explained = diff(folder, "2024-02/v1", "2024-02/v2")
    assert {row.cause for row in explained.changes} == {"data", "parameter", "rule"}
    scores = path.relative_to(folder).as_posix()
    assert {row.what for row in explained.changes} == {"records", scores, "region.toml"}
    details = {row.what: " ".join(row.details) for row in explained.changed}
    assert "2 more: L2024-02-S" in details["records"]
    assert "1 row in: BR25,1250," in details[scores]
    assert "month.pay_ratio: 0.95 ratio → 0.90 ratio" in details["region.toml"]
    shown = StringIO()
    console = Console(file=shown, width=80)
    for part in report_explained(explained):
        console.print(part)
    assert max(map(cell_len, shown.getvalue().splitlines())) <= 80
    assert "= all causes" in shown.getvalue()
    moved = sums(((row.pool, row.hospital_id), row.payable) for row in explained.changes)
    before = {(row.pool, row.hospital_id): row.payable for row in first.allocations}
    for row in second.allocations:
        key = row.pool, row.hospital_id
        assert before[key] + moved.get(key, ZERO) == row.payable


def test_a_hospital_gets_its_own_amount_and_the_causes_of_a_difference(lived: WholeYear, tmp_path: Path) -> None:
    folder = once(lived.folder, tmp_path / "own")
    published = month_folder(lived, "2024-06")
    (folder / "given").mkdir()
    for name in ("point_values.csv", "allocations.csv"):
        shutil.copyfile(published / name, folder / "given" / name)
    for path in sorted((folder / "discharges").glob("*.csv")):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        own = [row for row in rows if ",H003," in row]
        path.unlink()
        if own:
            path.write_text("\n".join([header, *own]) + "\n", encoding="utf-8")
    rows = {row.pool: row for row in read_allocations(published) if row.hospital_id == "H003"}
    view = own_view(folder, parse_period("2024-06"), "H003")
    assert view.amounts
    for amount in view.amounts:
        gap = sum((cause.amount for cause in view.differences if cause.pool == amount.pool), ZERO)
        assert amount.payable + gap == rows[amount.pool].payable
    path = folder / "discharges" / "2024.csv"
    header, *stays = path.read_text(encoding="utf-8").splitlines()
    first = next(number for number, stay in enumerate(stays) if stay.startswith("2024-06"))
    path.write_text("\n".join([header, *stays[:first], *stays[first + 1 :]]) + "\n", encoding="utf-8")
    assert {cause.cause for cause in own_view(folder, parse_period("2024-06"), "H003").differences} >= {"points"}


def test_a_month_computes_no_differences_that_the_month_before_has_posted(
    lived: WholeYear, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reopen(copy, "2024-12", "重做")
    shutil.rmtree(copy / "out/2024-12")
    monkeypatch.setattr(run_settle, "differences", unexpected)
    settle(copy, parse_period("2024-12"))
    assert hashes_of(copy / "out/2024-12/v1") == lived.at_closing["2024-12"]


@pytest.mark.parametrize("changed", ["scores", "decisions", "discharges"])
def test_a_month_computes_differences_when_anything_has_changed_since_the_month_before(
    copy: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    reopen(copy, "2024-12", "重做")
    match changed:
        case "scores":
            path = next(iter(sorted((copy / "scores").glob("*.csv"))))
            path.write_text(path.read_text(encoding="utf-8").replace("GU25,316,", "GU25,317,"), encoding="utf-8")
        case "decisions":
            write_decisions(copy, {"entries": ["H003,leave,2024-12-01,终止协议"]}, "-new")
        case "discharges":
            header, *rows = csv.reader((copy / "discharges/2024.csv").read_text(encoding="utf-8").splitlines())
            write_records(copy, "more", header, [[f"M{rows[0][0]}", f"M{rows[0][1]}", *rows[0][2:]]])
    monkeypatch.setattr(run_settle, "differences", unexpected)
    with pytest.raises(AssertionError, match="computed again"):
        settle(copy, parse_period("2024-12"))


def unexpected(*_: Any) -> None:
    raise AssertionError("differences were computed again")
