"""A hospital's statement over a whole year: from points to what is payable, sent and still due, to the fen."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from whole_year import MONTHS, WholeYear

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.base.payment_columns import CLEARING
from drgcalc.report.statement import statement
from drgcalc.report.statement_model import Statement
from drgcalc.run.explain import explain_hospital
from drgcalc.run.hospital_files import hand_out
from drgcalc.run.own_view import own_view
from drgcalc.run.period import parse_period
from drgcalc.run.published_csv import read_rows
from drgcalc.run.year import read_payments
from drgcalc.settlement.clearing import Cleared

ZERO = Decimal("0.00")
HOSPITALS = ("H001", "H003", "H004")


def shown(result: Statement) -> list[str]:
    console = Console(file=StringIO(), width=80)
    for part in statement(result):
        console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def known(result: Statement, pool: str, *items: str) -> Decimal:
    return sum((part.amount for part in result.parts if part.pool == pool and part.item in items), ZERO)


@pytest.mark.parametrize("month", ["2024-04", "2024-05", "2024-09"])
@pytest.mark.parametrize("hospital", HOSPITALS[:2])
def test_a_month_comes_from_points_to_what_is_sent_and_still_due(lived: WholeYear, month: str, hospital: str) -> None:
    result = explain_hospital(lived.folder, hospital, parse_period(month))
    rows = {row.pool: row for row in read_payments(lived.folder / "out" / month / "v1") if row.hospital_id == hospital}
    for pool, row in rows.items():
        assert known(result, pool, "payable") == result.totals.get(pool, ZERO) == row.payable
        assert known(result, pool, "sent") == -row.paid
        assert known(result, pool, "still_due") == row.closing
        assert sum((part.amount for part in result.parts if part.pool == pool), ZERO) == 2 * row.closing
        waiting = [one for one in result.held if one.pool == pool and one.account != "hospital_advance"]
        assert sum((one.after for one in waiting), ZERO) == row.closing
        assert sum((one.before for one in waiting), ZERO) == row.opening or month == "2024-09"


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_a_year_comes_from_points_over_its_months_to_the_clearing(lived: WholeYear, hospital: str) -> None:
    result = explain_hospital(lived.folder, hospital, parse_period("2024"))
    folder = lived.folder / "out/2024/v1"
    cleared = [Cleared(*row) for row in read_rows(folder / "clearing.csv", CLEARING)]
    for row in cleared:
        if row.hospital_id == hospital:
            assert known(result, row.pool, "payable") == result.totals[row.pool]
            assert known(result, row.pool, "monthly") == -sum(
                (month.sent for month in result.months if month.pool == row.pool), ZERO
            )
            assert known(result, row.pool, "clearing") + known(result, row.pool, "still_due") == (
                -row.clearing if row.clearing > 0 else row.clearing
            )
            assert sum((part.amount for part in result.parts if part.pool == row.pool), ZERO) == 2 * min(
                row.clearing, ZERO
            )


def test_the_months_of_a_hospital_that_was_merged_are_in_the_statement_of_the_one_in_its_place(
    lived: WholeYear,
) -> None:
    months = explain_hospital(lived.folder, "H001", parse_period("2024")).months
    assert {row.period for row in months if row.hospital_id == "H002"} == set(MONTHS[:8])
    with pytest.raises(UsageError, match="H002 has become part of H001"):
        explain_hospital(lived.folder, "H002", parse_period("2024"))


def test_the_screen_has_all_of_it_in_80_columns(lived: WholeYear) -> None:
    lines = shown(explain_hospital(lived.folder, "H003", parse_period("2024")))
    text = " ".join(" ".join(lines).split())
    assert max(map(cell_len, lines)) <= 80
    assert "= to be recovered from the hospital 应追回 -76,060.73" in text
    assert "sent month by month 月度已拨 -11,705.42" in text
    assert "-0.00" not in text
    april = " ".join(" ".join(shown(explain_hospital(lived.folder, "H001", parse_period("2024-04")))).split())
    assert "扣1 about 2024-02: 分解住院" in april
    assert "hospital_advance 预付金 -5,000.00 0.00 -5,000.00" in april


def test_without_a_rule_for_payments_the_statement_ends_at_what_is_payable(settled: Path) -> None:
    result = explain_hospital(settled, "H001", parse_period("2024"))
    assert {part.item for part in result.parts} == {"payable", "still_due"}
    assert result.notes == ("the policy in force has no [policy.clearing]: the statement ends at what is payable",)


@pytest.mark.parametrize(
    ("file", "column"), [("payments_ledger.csv", 6), ("payments.csv", 17)], ids=["a posting", "a row"]
)
def test_a_fen_more_in_the_ledger_or_its_rows_is_found(copy: Path, file: str, column: int) -> None:
    path = copy / "out/2024-04/v1" / file
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    changed = next(row for row in rows if row[1 if file == "payments.csv" else 3] == "employee" and "H001" in row)
    changed[column] = str(Decimal(changed[column]) + Decimal("0.01"))
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)
    with pytest.raises(UnbalancedError, match="H001"):
        explain_hospital(copy, "H001", parse_period("2024-04"))


def test_a_hospital_is_handed_its_own_payments_and_explains_them_by_cause(lived: WholeYear, tmp_path: Path) -> None:
    region = Path(shutil.copytree(lived.folder, tmp_path / "region"))
    hand_out(region, "2024-05", tmp_path / "handed")
    (region / "given").mkdir()
    for path in (tmp_path / "handed" / "H003").glob("*.csv"):
        shutil.copyfile(path, region / "given" / path.name)
    shutil.copyfile(region / "out/2024-05/v1/point_values.csv", region / "given/point_values.csv")
    view = own_view(region, parse_period("2024-05"), "H003")
    assert view.missing == ()
    for amount in view.amounts:
        steps = [row for row in view.payments if row.pool == amount.pool]
        (bureau,) = (row.payable for row in view.statement if row.pool == amount.pool)
        gap = sum((row.amount for row in view.differences if row.pool == amount.pool), ZERO)
        assert amount.payable + gap == bureau
        assert bureau + sum((row.amount for row in steps), ZERO) == view.sent[amount.pool]
    deducted = next(row for row in view.payments if row.cause == "deductions")
    assert (deducted.amount, deducted.bureau) == (Decimal("-99999.00"), "violations 0.00, over budget 99999.00")
