"""Records that come late for a closed year: differences in the open month of the next year, or in its clearing."""

from __future__ import annotations

import csv
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from whole_year import WholeYear, once, write_records

from drgcalc.base.errors import OutputError
from drgcalc.run.closing import close
from drgcalc.run.differences import read_differences
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify
from drgcalc.run.year import read_cleared, read_payments
from drgcalc.settlement.clearing import Cleared
from drgcalc.settlement.payment_rows import Difference

ZERO = Decimal("0.00")


def follow(folder: Path, *, months: bool) -> None:
    """The year 2025 begins: the policy and fund of 2024 once more, and stays of January and February."""
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    block = text[text.index("[[policy]]") :]
    later = block.replace("= 2024-01-01", "= 2025-01-01").replace("= 2024-12-31", "= 2025-12-31")
    if not months:
        later = re.sub(r"\[policy\.payment\].*?(?=\[policy\.clearing\])", "", later, flags=re.S)
    settings.write_text(f"{text}\n{later}", encoding="utf-8")
    fund = next(iter(sorted((folder / "fund").glob("*2024*.csv"))))
    lines = fund.read_text(encoding="utf-8-sig").splitlines()
    (folder / "fund/2025.csv").write_text(
        "\n".join([lines[0], *(line.replace("2024,", "2025,", 1) for line in lines[1:] if line.startswith("2024,"))])
        + "\n",
        encoding="utf-8",
    )
    header, *rows = stays(folder)
    for month, number in (("2025-01", "01"), ("2025-02", "02")):
        days = [f"{month}-02", f"{month}-09", f"{month}-09"]
        own = [row for row in rows if row[0].startswith(f"2024-{number}") and row[2] != "H002"]
        new = [[row[0].replace("2024", "2025"), row[1], row[2], *row[3:6], *days, *row[9:]] for row in own]
        write_records(folder, month, header, new)


def stays(folder: Path) -> list[list[str]]:
    return list(csv.reader((folder / "discharges/2024.csv").read_text(encoding="utf-8").splitlines()))


def come_late(folder: Path) -> None:
    """Two stays of November 2024, delivered when 2024 is closed."""
    header, *rows = stays(folder)
    november = [row for row in rows if row[0].startswith("2024-11")][:2]
    write_records(folder, "late-2024", header, [[f"Z{row[0]}", f"Z{row[1]}", *row[2:]] for row in november])


def worth(rows: Iterable[Cleared]) -> dict[tuple[str, str], Decimal]:
    return {(row.pool, row.hospital_id): row.assessed + row.shared for row in rows}


def posted(rows: Iterable[Difference]) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        found[row.pool, row.hospital_id] += row.payable
    return dict(found)


@pytest.fixture(scope="module")
def before(lived: WholeYear, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole year, cleared and closed; then records of it come late."""
    folder = Path(shutil.copytree(lived.folder, tmp_path_factory.mktemp("closed") / "region"))
    close(folder, "2024")
    come_late(folder)
    return folder


@pytest.fixture(scope="module")
def owed_today(before: Path, made_once: Callable[..., Any]) -> dict[tuple[str, str], Decimal]:
    """What the closed year would have to give or take if it were cleared today."""

    def clear_again(place: Path) -> dict[tuple[str, str], Decimal]:
        folder = once(before, place / "region")
        settle(folder, parse_period("2024"))
        now, then = (worth(read_cleared(root / "out/2024/v1")) for root in (folder, before))
        return {key: now[key] - then.get(key, ZERO) for key in now if now[key] != then.get(key, ZERO)}

    owed: dict[tuple[str, str], Decimal] = made_once("owed-today", clear_again)
    return owed


@pytest.fixture(scope="module")
def followed(before: Path, made_once: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of the next year settled and closed, in a folder of this process."""

    def go_on(place: Path) -> Path:
        folder = Path(shutil.copytree(before, place / "region"))
        follow(folder, months=True)
        for month in ("2025-01", "2025-02"):
            settle(folder, parse_period(month))
            close(folder, month)
        return folder

    made = made_once("followed", go_on)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("followed") / "region"))


def test_a_closed_year_is_not_settled_again_and_says_where_the_difference_goes(before: Path) -> None:
    with pytest.raises(OutputError, match="2024 is closed") as refused:
        settle(before, parse_period("2024"))
    assert "the open month of the next year" in refused.value.hint


def test_the_open_month_of_the_next_year_posts_what_the_closed_year_owes_after_its_assessment(
    followed: Path, owed_today: dict[tuple[str, str], Decimal]
) -> None:
    rows = read_differences(followed / "out/2025-01/v1")
    assert owed_today
    assert {(row.corrects, row.cause) for row in rows} == {("2024", "data")}
    assert posted(rows) == owed_today
    paid = {(row.pool, row.hospital_id): row.corrections for row in read_payments(followed / "out/2025-01/v1")}
    assert {key: amount for key, amount in paid.items() if amount} == owed_today


def test_what_was_posted_once_is_not_posted_again(followed: Path) -> None:
    assert read_differences(followed / "out/2025-02/v1") == ()


def test_the_next_clearing_leaves_what_its_months_posted_for_the_closed_year(
    followed: Path, owed_today: dict[tuple[str, str], Decimal]
) -> None:
    settle(followed, parse_period("2025"))
    cleared = read_cleared(followed / "out/2025/v1")
    assert {(row.pool, row.hospital_id): row.earlier for row in cleared if row.earlier} == owed_today
    for row in cleared:
        own = row.assessed + row.shared + row.decided + row.transferred + row.earlier
        assert own == row.clearing + row.monthly + row.advance + row.deposit + row.violation + row.over_budget
    assert [one for found in verify(followed, "2025") for one in found.proofs if not one.holds] == []


@pytest.mark.parametrize("gone", ["records", "fund"])
def test_a_closed_year_that_cannot_be_computed_again_is_a_finding_and_no_difference(
    before: Path, tmp_path: Path, gone: str
) -> None:
    folder = Path(shutil.copytree(before, tmp_path / "region"))
    follow(folder, months=True)
    if gone == "records":
        (folder / "discharges/late.csv").unlink()
    else:
        for path in (folder / "fund").glob("*2024*.csv"):
            path.unlink()
    result = settle(folder, parse_period("2025-01"))
    (finding,) = (one for one in result.findings if one.code == "P111")
    assert "2024" in finding.message
    assert "decisions/corrections.csv" in finding.hint
    assert result.differences == ()


def test_without_paid_months_the_next_clearing_posts_the_difference_itself(
    before: Path, tmp_path: Path, owed_today: dict[tuple[str, str], Decimal]
) -> None:
    folder = Path(shutil.copytree(before, tmp_path / "region"))
    follow(folder, months=False)
    result = settle(folder, parse_period("2025"))
    assert posted(result.differences) == owed_today
    cleared = read_cleared(folder / "out/2025/v1")
    assert {(row.pool, row.hospital_id): row.earlier for row in cleared if row.earlier} == owed_today
    assert "P103" in {finding.code for finding in result.findings}
